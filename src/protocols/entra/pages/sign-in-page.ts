import type { User } from '#domain/identity/records.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { FormToken } from './form-token.ts'
import { html, type Html } from './html.ts'
import { page } from './page.ts'

/** What every form of signing in needs. */
export interface SignInForm {
  /** Path and query that it is sent to. */
  readonly action: string
  readonly token: FormToken
  /** Name of the application that is signed in to. */
  readonly application: string
  readonly leadsTo?: string
  /** Beside the form's own fields. */
  readonly fields?: Html
}

/** Why the form is there again. */
export interface FormError {
  readonly message: string
  readonly code?: string
}

const common = (form: SignInForm, error: FormError | undefined) => ({
  status: error === undefined ? 200 : 400,
  ...(form.leadsTo !== undefined && { leadsTo: form.leadsTo }),
  ...(form.token.cookie !== undefined && { cookie: form.token.cookie }),
  ...(error?.code !== undefined && { code: error.code }),
})

const told = (error: FormError | undefined): Html | undefined =>
  error && html`<p class="error" role="alert" id="error">${error.message}${error.code === undefined ? '' : ` (${error.code})`}</p>`

const described = (error: FormError | undefined): Html =>
  error === undefined ? html`` : html` aria-invalid="true" aria-describedby="error"`

/** Name and password. */
export function signInPage(
  form: SignInForm,
  shown: { readonly username?: string | undefined; readonly error?: FormError | undefined },
): Answer {
  const { username = '', error } = shown
  const onPassword = username !== ''
  return page({
    ...common(form, error),
    title: error === undefined ? 'Sign in' : 'Error: sign in',
    body: html`<h1>Sign in</h1>
      <p class="soft">to continue to ${form.application}</p>
      ${told(error)}
      <form method="post" action="${form.action}">
        ${form.token.field}${form.fields}
        <label for="username">Account</label>
        <input
          id="username"
          name="username"
          type="text"
          inputmode="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          maxlength="256"
          value="${username}"
          ${onPassword ? '' : html` autofocus`}${described(error)}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxlength="256"
          ${onPassword ? html` autofocus` : ''}${described(error)}
        />
        <div class="buttons">
          <button name="action" value="sign-in">Sign in</button>
          <button class="other" name="action" value="cancel" formnovalidate>Cancel</button>
        </div>
      </form>`,
  })
}

/** Whoever's password another one has set chooses one of his own. */
export function changePasswordPage(form: SignInForm, shown: { readonly username: string; readonly error?: FormError | undefined }): Answer {
  const { username, error } = shown
  return page({
    ...common(form, error),
    title: error === undefined ? 'Choose a password' : 'Error: choose a password',
    body: html`<h1>Choose a password</h1>
      <p class="soft">Your password was set by somebody else, or has expired. Choose one that only you know.</p>
      ${told(error)}
      <form method="post" action="${form.action}">
        ${form.token.field}${form.fields}
        <label for="username">Account</label>
        <input id="username" name="username" type="text" autocomplete="username" readonly value="${username}" />
        <label for="password">Password that you have</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256" autofocus />
        <label for="new_password">New password</label>
        <input
          id="new_password"
          name="new_password"
          type="password"
          autocomplete="new-password"
          required
          minlength="8"
          maxlength="256"
          aria-describedby="rule"
          ${described(error)}
        />
        <p class="soft" id="rule">Eight characters or more, of three kinds: small and large letters, digits, others.</p>
        <label for="again">New password, again</label>
        <input id="again" name="again" type="password" autocomplete="new-password" required maxlength="256" />
        <div class="buttons">
          <button name="action" value="sign-in">Change and sign in</button>
          <button class="other" name="action" value="cancel" formnovalidate>Cancel</button>
        </div>
      </form>`,
  })
}

const account = (user: User): Html => html`<p class="account"><strong>${user.displayName}</strong>${user.userPrincipalName}</p>`

/** As whom: the one who is signed in, or another. */
export const pickPage = (form: SignInForm, user: User): Answer =>
  page({
    ...common(form, undefined),
    title: 'Pick an account',
    body: html`<h1>Pick an account</h1>
      <p class="soft">to continue to ${form.application}</p>
      ${account(user)}
      <form method="post" action="${form.action}">
        ${form.token.field}${form.fields}
        <div class="buttons">
          <button name="action" value="continue" autofocus>Continue</button>
          <button class="other" name="action" value="other">Use another account</button>
        </div>
      </form>`,
  })

/** Is it the user's own device that waits? (RFC 8628 5.4: whoever was talked into typing a stranger's code can still say no.) */
export const approvePage = (
  form: SignInForm,
  shown: { readonly user: User; readonly userCode: string; readonly startedFrom: string },
): Answer =>
  page({
    ...common(form, undefined),
    title: 'Sign in on your device?',
    body: html`<h1>Sign in on your device?</h1>
      <p>
        A device wants to use <strong>${form.application}</strong> as you. Continue only if you began this yourself, and it shows the code
        <strong>${shown.userCode}</strong>.
      </p>
      ${account(shown.user)}
      <dl>
        <dt>It asked from</dt>
        <dd>${shown.startedFrom}</dd>
      </dl>
      <form method="post" action="${form.action}">
        ${form.token.field}${form.fields}
        <div class="buttons">
          <button name="action" value="continue">Continue</button>
          <button class="other" name="action" value="decline" autofocus>Not me</button>
          <button class="other" name="action" value="other">Use another account</button>
        </div>
      </form>`,
  })
