import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { nextStep } from '#domain/sign-in/authorization.ts'
import { authorize } from '#domain/sign-in/authorize.ts'
import { beginSession, endSession, sessionOf } from '#domain/sign-in/sessions.ts'
import { delivered, deliveredRefusal } from '#protocols/entra/authorization-answer.ts'
import {
  authorizationOf,
  authorizationQuery,
  signInAction,
  type AuthorizationQuery,
  type Version,
} from '#protocols/entra/authorization-query.ts'
import { cookieIn, cookieOf } from '#protocols/entra/pages/cookies.ts'
import { checkForm, formToken } from '#protocols/entra/pages/form-token.ts'
import { signInPage } from '#protocols/entra/pages/sign-in-page.ts'
import { actionOf, isAnswer, personOf, signInFields, type SignInFields } from '#protocols/entra/sign-in-form.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const declared = {
  name: 'SignIn',
  method: 'POST',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: authorizationQuery,
  body: { form: signInFields },
} as const

interface Sent {
  readonly site: EntraSite
  readonly params: { readonly tenant: string }
  readonly query: AuthorizationQuery
  readonly body: SignInFields
  readonly request: WireRequest
}

/** The form of an authorization request: the request is judged anew, then who sends it. */
async function answer(context: Context, call: Call, { version, ...sent }: Sent & { readonly version: Version }): Promise<Answer> {
  const { site, params, query, body, request } = sent
  const authorization = authorizationOf(context, { tenant: params.tenant, version, query, site })
  checkForm(context, { request, site, purpose: 'sign-in', given: body.form_token })
  const action = actionOf(body)
  if (action === 'cancel') {
    call.ruling = { allowed: false, because: 'cancelled' }
    return deliveredRefusal(authorization, { refusal: 'declined', message: 'The user cancelled the sign-in.', site })
  }
  const form = {
    action: signInAction(request, version),
    token: formToken(context, request, 'sign-in'),
    application: authorization.application.displayName,
    leadsTo: authorization.redirectUri,
  }
  const session = await sessionOf(context, call, cookieIn(request, 'session'))
  if (action === 'continue' && session !== undefined && nextStep(context, authorization, { session, now: call.at }) === 'pick') {
    const { user, held } = session
    return delivered(authorization, await authorize(context, call, { authorization, user, session: held.value, login: site.baseUrl }))
  }
  if (action !== 'sign-in') return signInPage(form, {})
  const person = await personOf(context, call, { tenant: authorization.tenantId ?? params.tenant, fields: body, form })
  if (isAnswer(person)) return person
  // A new sign-in is a new session: nothing that the browser brought along is carried on.
  if (session !== undefined) endSession(context, call, session)
  const begun = await beginSession(context, call, person.value)
  const response = await authorize(context, call, { authorization, user: person.value, session: begun.session, login: site.baseUrl })
  return delivered(authorization, response, cookieOf('session', begun.cookie))
}

export const signInV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/login',
  handle: async (context, call, input) => answer(context, call, { ...input, version: 'v2' }),
})

export const signInV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/login',
  handle: async (context, call, input) => answer(context, call, { ...input, version: 'v1' }),
})
