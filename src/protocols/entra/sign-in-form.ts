import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { HeldUser } from '#domain/identity/users.ts'
import { provenPerson, withOwnPassword } from '#domain/sign-in/person.ts'
import type { Answer } from '#protocols/http/answer.ts'
import { changePasswordPage, signInPage, type FormError, type SignInForm } from './pages/sign-in-page.ts'

const text = z.string().max(1_024, 'too long').optional()

/** What the pages' forms send. */
export const signInFields = z.object({
  form_token: text,
  action: z.enum(['sign-in', 'continue', 'other', 'cancel', 'decline']).optional(),
  username: text,
  password: text,
  new_password: text,
  again: text,
  user_code: text,
})
export type SignInFields = z.output<typeof signInFields>

/** The button that was pressed; a password that came without one was sent to sign in. */
export const actionOf = ({ action, password }: SignInFields): SignInFields['action'] =>
  action ?? (password === undefined ? undefined : 'sign-in')

/** Who has shown a password; or the form again, with why. */
export async function personOf(
  context: Context,
  call: Call,
  at: { readonly tenant: string; readonly fields: SignInFields; readonly form: SignInForm },
): Promise<HeldUser | Answer> {
  const { tenant, fields, form } = at
  const { username = '', password = '' } = fields
  call.ruling = { allowed: false, because: 'not-signed-in' }
  const user = await orRefusal(call, async () => provenPerson(context, call, { tenant, username, password }))
  if (user instanceof Problem) return signInPage(form, { username, error: shownOf(user) })
  if (user.value.password?.mustChange !== true) return user
  return ownPasswordOf(context, call, { user, fields, form })
}

async function ownPasswordOf(
  context: Context,
  call: Call,
  at: { readonly user: HeldUser; readonly fields: SignInFields; readonly form: SignInForm },
): Promise<HeldUser | Answer> {
  const { user, fields, form } = at
  const { password: before = '', new_password: wanted, again } = fields
  const username = user.value.userPrincipalName
  if (wanted === undefined) return changePasswordPage(form, { username })
  const changed = await orRefusal(call, async () => {
    if (wanted !== again) throw refused('newPasswordRefused', 'The two new passwords are not the same.')
    return withOwnPassword(context, call, { user, before, wanted })
  })
  return changed instanceof Problem ? changePasswordPage(form, { username, error: shownOf(changed) }) : changed
}

/** What can be said on the form itself; every other failure is thrown on. Nothing was staged by then. */
async function orRefusal<T>(call: Call, run: () => Promise<T>): Promise<T | Problem> {
  try {
    return await run()
  } catch (error) {
    const said = error instanceof Problem && (error.body.code === 'OAuthRefused' || error.body.code === 'InvalidBody')
    if (!said || call.staged.size > 0 || call.materials.length > 0) throw error
    return error
  }
}

const sentences: Readonly<Record<number, string>> = {
  50126: 'The account or the password is wrong.',
  50053: 'Too many attempts failed. Wait a few minutes, then try again.',
  50057: 'The account is disabled. Ask an administrator.',
}

function shownOf({ body }: Problem): FormError {
  if (body.code === 'OAuthRefused') {
    const { code, message } = body.details
    return { message: sentences[code] ?? message, code: `AADSTS${code}` }
  }
  return { message: body.code === 'InvalidBody' ? body.details.message : 'The form is not complete.' }
}

export const isAnswer = (value: HeldUser | Answer): value is Answer => 'status' in value
