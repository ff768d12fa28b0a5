import type { Answer } from '#protocols/http/answer.ts'
import { html, type Html } from './html.ts'

export interface Page {
  readonly status?: number
  readonly title: string
  readonly body: Html
  /** Where its forms may lead besides this host: an address that was found registered. Browsers hold redirects after a form to it as well. */
  readonly leadsTo?: string
  /** One script of this host, by its path. */
  readonly script?: string
  readonly cookie?: string
  /** The wire's own code of a refusal, for the entry. */
  readonly code?: string
}

/** A page of this host: no script or style but its own files, no frame around it, nothing kept, nothing told to where it leads. */
export function page({ status = 200, title, body, leadsTo, script, cookie, code }: Page): Answer {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Keystead</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/page.css" />
        ${script === undefined ? undefined : html`<script src="${script}" defer></script>`}
      </head>
      <body>
        <main>
          <p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28" /> Keystead</p>
          ${body}
        </main>
      </body>
    </html> `
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyOf(leadsTo, script),
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
      ...(cookie !== undefined && { 'set-cookie': cookie }),
    },
    body: document.text,
    ...(code !== undefined && { code }),
  }
}

function policyOf(leadsTo: string | undefined, script: string | undefined): string {
  const forms = ["'self'", ...(leadsTo === undefined ? [] : [sourceOf(leadsTo)])]
  return [
    "default-src 'none'",
    `script-src ${script === undefined ? "'none'" : "'self'"}`,
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${forms.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** Origin of a web address, scheme of every other. */
const sourceOf = (uri: string): string =>
  /^https?:\/\/[A-Za-z0-9.:[\]-]+/.exec(uri)?.[0] ?? /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(uri)?.[0] ?? "'self'"
