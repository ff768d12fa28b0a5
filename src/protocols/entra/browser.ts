// For tests alone: what a browser does with the sign-in pages. It keeps cookies and sends forms; it runs no script.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { Pipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'

export interface Form {
  readonly action: string
  readonly fields: ReadonlyMap<string, string>
}

export interface Browser {
  /** What stands in its jar, by name. */
  readonly cookies: Map<string, string>
  get(url: string): Promise<Answered>
  /** The only form of the page that it was shown last, with these fields filled in. */
  send(fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Answered>
}

export function browser(pipeline: Pipeline, origin = 'https://login.keystead.test'): Browser {
  const cookies = new Map<string, string>()
  let shown: Answered | undefined
  const sent = async (
    url: string,
    more: { readonly body?: URLSearchParams; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Answered> => {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', ...(jar !== '' && { cookie: jar }), ...more.headers }
    const answered = await ask(pipeline, { url, headers, ...(more.body !== undefined && { body: more.body }) })
    keep(cookies, answered)
    if (answered.text.includes('<form')) shown = answered
    return answered
  }
  return {
    cookies,
    get: async url => sent(url.startsWith('/') ? origin + url : url, {}),
    async send(fields, headers = {}) {
      assert(shown, 'no form was shown yet')
      const form = formIn(shown)
      const body = new URLSearchParams([...new Map([...form.fields, ...Object.entries(fields)])])
      return sent(origin + form.action, { body, headers: { origin, 'sec-fetch-site': 'same-origin', ...headers } })
    },
  }
}

function keep(cookies: Map<string, string>, { headers }: Answered): void {
  const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(headers['set-cookie'] ?? '') ?? []
  if (name === undefined || value === undefined) return
  assert(name.startsWith('__Host-') && /; Path=\/; Secure; HttpOnly; SameSite=Lax/.test(rest ?? ''), 'a cookie of this host alone')
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** Action and hidden fields of the page's only form. */
export function formIn({ text }: Pick<Answered, 'text'>): Form {
  const [form, action] = /<form method="post" action="([^"]*)">[\s\S]*?<\/form>/.exec(text) ?? []
  assert(form !== undefined && action !== undefined, `no form in: ${text}`)
  const hidden = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)" ?\/?>/g)
  return { action: unescaped(action), fields: new Map(hidden.map(([, name = '', value = '']) => [name, unescaped(value)] as const)) }
}

export const newVerifier = (): string => hash('sha256', crypto.randomUUID(), 'base64url')
export const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url')

/** The parameters of an answer that was redirected. */
export function redirectedTo({ status, headers }: Answered): { readonly base: string; readonly query: URLSearchParams } {
  assert.equal(status, 303)
  const [base = '', query = ''] = (headers['location'] ?? '').split(/[?#]/)
  return { base, query: new URLSearchParams(query) }
}
