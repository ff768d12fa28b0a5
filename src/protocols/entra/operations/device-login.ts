import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { clientIn, answerDevice, waitingDevice, type HeldDeviceCode } from '#domain/sign-in/device-codes.ts'
import { actorOf } from '#domain/sign-in/person.ts'
import type { SignInSession } from '#domain/sign-in/records.ts'
import { beginSession, endSession, sessionOf, type Session } from '#domain/sign-in/sessions.ts'
import type { User } from '#domain/identity/records.ts'
import { cookieIn, cookieOf } from '#protocols/entra/pages/cookies.ts'
import { checkForm, formToken } from '#protocols/entra/pages/form-token.ts'
import { html } from '#protocols/entra/pages/html.ts'
import { codePage, donePage } from '#protocols/entra/pages/plain-pages.ts'
import { approvePage, signInPage, type SignInForm } from '#protocols/entra/pages/sign-in-page.ts'
import { actionOf, isAnswer, personOf, signInFields, type SignInFields } from '#protocols/entra/sign-in-form.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const declared = { path: '/devicelogin', permissions: 'public', unversioned: true, params: z.object({}) } as const

/** The page that a device sends its user to (RFC 8628 3.3). */
export const showDevicePage = entraOperation({
  ...declared,
  name: 'DevicePageGet',
  open: true,
  method: 'GET',
  query: z.object({ user_code: z.string().max(64, 'too long').optional() }),
  body: { none: true },
  // Typed for the user, never sent for him: whoever follows a stranger's link still sees what it is about.
  handle: async (context, _call, { query, request }) => codePage(formToken(context, request, 'device'), { typed: query.user_code }),
})

interface Sent {
  readonly site: EntraSite
  readonly fields: SignInFields
  readonly request: WireRequest
}

/** The code, then who one is, then whether it is one's own device: every step is the same form with one thing more in it. */
export const answerDevicePage = entraOperation({
  ...declared,
  name: 'DeviceSignIn',
  method: 'POST',
  query: z.object({}),
  body: { form: signInFields },
  async handle(context, call, { site, body, request }) {
    checkForm(context, { request, site, purpose: 'device', given: body.form_token })
    const device = await deviceTyped(context, call, { site, fields: body, request })
    return 'status' in device ? device : step(context, call, { device, sent: { site, fields: body, request } })
  },
})

async function deviceTyped(context: Context, call: Call, { fields, request }: Sent): Promise<HeldDeviceCode | Answer> {
  const typed = fields.user_code ?? ''
  call.ruling = { allowed: false, because: 'no-such-code' }
  try {
    return await waitingDevice(context, call, typed)
  } catch (error) {
    if (!(error instanceof Problem) || error.body.code !== 'OAuthRefused') throw error
    const { code, message } = error.body.details
    return codePage(formToken(context, request, 'device'), { typed, error: { message, code: `AADSTS${code}` } })
  }
}

async function step(
  context: Context,
  call: Call,
  { device, sent }: { readonly device: HeldDeviceCode; readonly sent: Sent },
): Promise<Answer> {
  const { fields, request } = sent
  const form = formOf(context, device, request)
  const found = await sessionOf(context, call, cookieIn(request, 'session'))
  const session = found !== undefined && mayUse(device, found.user) ? found : undefined
  call.ruling = { allowed: true, by: 'public' }
  if (session !== undefined && (fields.action === 'continue' || fields.action === 'decline'))
    return decided(context, call, { device, session, approved: fields.action === 'continue' })
  const action = actionOf(fields)
  if (action === 'cancel')
    return donePage({ title: 'Not signed in', text: 'The device goes on waiting until its code expires. You may close this page.' })
  if (action === 'sign-in') return signedIn(context, call, { device, form, fields, before: found })
  if (session === undefined || action === 'other') return signInPage(form, {})
  return ask(form, device, session.user)
}

const mayUse = ({ value }: HeldDeviceCode, user: User): boolean => value.tenantId === undefined || value.tenantId === user.tenantId

function formOf(context: Context, { value }: HeldDeviceCode, request: WireRequest): SignInForm {
  return {
    action: '/devicelogin',
    token: formToken(context, request, 'device'),
    application: clientIn(context, value.tenantId, value.clientId).displayName,
    fields: html`<input type="hidden" name="user_code" value="${value.userCode}" />`,
  }
}

const ask = (form: SignInForm, { value }: HeldDeviceCode, user: User): Answer =>
  approvePage(form, { user, userCode: value.userCode, startedFrom: value.startedFrom })

async function signedIn(
  context: Context,
  call: Call,
  at: { readonly device: HeldDeviceCode; readonly form: SignInForm; readonly fields: SignInFields; readonly before: Session | undefined },
): Promise<Answer> {
  const { device, form, fields, before } = at
  const person = await personOf(context, call, { tenant: device.value.tenantId ?? 'common', fields, form })
  if (isAnswer(person)) return person
  if (before !== undefined) endSession(context, call, before)
  const { cookie } = await beginSession(context, call, person.value)
  call.who = actorOf(person.value, undefined)
  call.ruling = { allowed: true, by: 'signed-in' }
  return withCookie(ask(form, device, person.value), cookieOf('session', cookie))
}

const withCookie = (answer: Answer, cookie: string): Answer => ({ ...answer, headers: { ...answer.headers, 'set-cookie': cookie } })

function decided(
  context: Context,
  call: Call,
  what: { readonly device: HeldDeviceCode; readonly session: Session; readonly approved: boolean },
): Answer {
  const { device, session, approved } = what
  const own: SignInSession = session.held.value
  answerDevice(context, call, { device, user: session.user, session: own, approved })
  call.who = actorOf(session.user, device.value.clientId)
  call.ruling = { allowed: true, by: 'signed-in' }
  call.resource = `/tenants/${session.user.tenantId}/users/${session.user.id}`
  call.details.set('approved', approved.toString())
  return approved
    ? donePage({ title: 'You are signed in', text: 'Your device goes on by itself. You may close this page.' })
    : donePage({ title: 'Refused', text: 'The device was told that you refused. You may close this page.' })
}
