import type { Answer } from '#protocols/http/answer.ts'
import type { AuthorizationResponse } from '#domain/sign-in/authorize.ts'
import type { FormToken } from './form-token.ts'
import { html } from './html.ts'
import { page } from './page.ts'
import type { FormError } from './sign-in-page.ts'

/** The code that a device shows. */
export const codePage = (
  token: FormToken,
  shown: { readonly typed?: string | undefined; readonly error?: FormError | undefined },
): Answer =>
  page({
    status: shown.error === undefined ? 200 : 400,
    title: shown.error === undefined ? 'Enter code' : 'Error: enter code',
    ...(token.cookie !== undefined && { cookie: token.cookie }),
    ...(shown.error?.code !== undefined && { code: shown.error.code }),
    body: html`<h1>Enter code</h1>
      <p class="soft">Type the code that your device shows, to let it sign in as you.</p>
      ${shown.error && html`<p class="error" role="alert" id="error">${shown.error.message}</p>`}
      <form method="post" action="/devicelogin">
        ${token.field}
        <label for="user_code">Code</label>
        <input
          id="user_code"
          class="code"
          name="user_code"
          type="text"
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck="false"
          required
          maxlength="32"
          value="${shown.typed ?? ''}"
          autofocus${shown.error && html` aria-invalid="true" aria-describedby="error"`}
        />
        <div class="buttons"><button>Next</button></div>
      </form>`,
  })

/** There is nothing more to do. */
export const donePage = (shown: { readonly title: string; readonly text: string; readonly cookie?: string }): Answer =>
  page({
    title: shown.title,
    ...(shown.cookie !== undefined && { cookie: shown.cookie }),
    body: html`<h1>${shown.title}</h1>
      <p>${shown.text}</p>`,
  })

export interface ShownError {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly requestId: string
  readonly correlationId: string
  readonly timestamp: string
}

/** What went wrong, with the words to find it by. Leads nowhere. */
export const errorPage = (error: ShownError): Answer =>
  page({
    status: error.status,
    title: 'Error',
    code: error.code,
    body: html`<h1>We cannot sign you in</h1>
      <p class="error" role="alert">${error.code}: ${error.message}</p>
      <dl>
        <dt>Request id</dt>
        <dd>${error.requestId}</dd>
        <dt>Correlation id</dt>
        <dd>${error.correlationId}</dd>
        <dt>Time</dt>
        <dd>${error.timestamp}</dd>
      </dl>`,
  })

/** OAuth 2.0 Form Post Response Mode 2: the browser carries the answer to the client, by a script of ours or by a button. */
export const formPostPage = (redirectUri: string, response: AuthorizationResponse, cookie: string | undefined): Answer =>
  page({
    title: 'Continue',
    leadsTo: redirectUri,
    script: '/assets/form-post.js',
    ...(cookie !== undefined && { cookie }),
    body: html`<h1>You are signed in</h1>
      <form method="post" action="${redirectUri}">
        ${Object.entries(response).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <div class="buttons"><button>Continue</button></div>
      </form>`,
  })

/** Does the user want that, or did some other page send the browser here? */
export const logOutPage = (
  token: FormToken,
  shown: { readonly action: string; readonly account: string; readonly leadsTo?: string | undefined },
): Answer =>
  page({
    title: 'Sign out',
    ...(token.cookie !== undefined && { cookie: token.cookie }),
    ...(shown.leadsTo !== undefined && { leadsTo: shown.leadsTo }),
    body: html`<h1>Sign out?</h1>
      <p class="account">${shown.account}</p>
      <form method="post" action="${shown.action}">
        ${token.field}
        <div class="buttons"><button autofocus>Sign out</button></div>
      </form>`,
  })
