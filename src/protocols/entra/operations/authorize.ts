import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { nextStep, type Authorization } from '#domain/sign-in/authorization.ts'
import { authorize } from '#domain/sign-in/authorize.ts'
import { sessionOf, type Session } from '#domain/sign-in/sessions.ts'
import { delivered, deliveredRefusal } from '#protocols/entra/authorization-answer.ts'
import {
  authorizationOf,
  authorizationQuery,
  signInAction,
  type AuthorizationQuery,
  type Version,
} from '#protocols/entra/authorization-query.ts'
import { cookieIn } from '#protocols/entra/pages/cookies.ts'
import { formToken } from '#protocols/entra/pages/form-token.ts'
import { pickPage, signInPage } from '#protocols/entra/pages/sign-in-page.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const declared = {
  name: 'Authorize',
  method: 'GET',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: authorizationQuery,
  body: { none: true },
} as const

interface Asked {
  readonly site: EntraSite
  readonly params: { readonly tenant: string }
  readonly query: AuthorizationQuery
  readonly request: WireRequest
}

/** A code for who is signed in already; else a page to sign in with. What is wrong with the request is told on a page, and leads nowhere. */
async function answer(context: Context, call: Call, { version, ...asked }: Asked & { readonly version: Version }): Promise<Answer> {
  const { site, params, query, request } = asked
  const authorization = authorizationOf(context, { tenant: params.tenant, version, query, site })
  const session = await sessionOf(context, call, cookieIn(request, 'session'))
  const next = nextStep(context, authorization, { session, now: call.at })
  if (next === 'login-required') {
    call.ruling = { allowed: false, because: 'not-signed-in' }
    const message = 'A silent sign-in request was sent but no user is signed in.'
    return deliveredRefusal(authorization, { refusal: 'loginRequired', message, site })
  }
  if (next === 'code' && session !== undefined) return answerWithCode(context, call, { authorization, session, site })
  return signInForm(context, { authorization, request, version, ...(next === 'pick' && { session }) })
}

async function answerWithCode(
  context: Context,
  call: Call,
  { authorization, session, site }: { readonly authorization: Authorization; readonly session: Session; readonly site: EntraSite },
): Promise<Answer> {
  const { user, held } = session
  return delivered(authorization, await authorize(context, call, { authorization, user, session: held.value, login: site.baseUrl }))
}

function signInForm(
  context: Context,
  at: {
    readonly authorization: Authorization
    readonly request: WireRequest
    readonly version: Version
    readonly session?: Session | undefined
  },
): Answer {
  const { authorization, request, version, session } = at
  const form = {
    action: signInAction(request, version),
    token: formToken(context, request, 'sign-in'),
    application: authorization.application.displayName,
    leadsTo: authorization.redirectUri,
  }
  return session === undefined ? signInPage(form, { username: authorization.asked.loginHint }) : pickPage(form, session.user)
}

export const authorizeV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/authorize',
  handle: async (context, call, input) => answer(context, call, { ...input, version: 'v2' }),
})

export const authorizeV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/authorize',
  handle: async (context, call, input) => answer(context, call, { ...input, version: 'v1' }),
})
