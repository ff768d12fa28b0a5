import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { tokenLifeSeconds } from '#domain/identity/lifetimes.ts'
import { answerGrant } from '#domain/sign-in/answer-grant.ts'
import type { Granted, GrantAnswer } from '#domain/sign-in/grant-request.ts'
import type { Asked } from '#domain/sign-in/scopes.ts'
import { reachedAt } from '#protocols/entra/authorization-query.ts'
import { refuse } from '#protocols/entra/problems.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { clientOf, filled, isCapable, tokenForm, type TokenForm } from '#protocols/entra/token-form.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const declared = {
  name: 'TokenIssue',
  method: 'POST',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { form: tokenForm },
} as const

interface Posted {
  readonly site: EntraSite
  readonly params: { readonly tenant: string }
  readonly body: TokenForm
  readonly request: WireRequest
}

async function granted(
  context: Context,
  call: Call,
  how: Posted & { readonly asked: Asked; readonly version: 'v1' | 'v2' },
): Promise<GrantAnswer> {
  const { site, params, body, request, asked, version } = how
  // The endpoint is public, the token is not: whatever is wrong from here on is a refusal.
  call.ruling = { allowed: false, because: 'not-signed-in' }
  const [named] = Object.values(asked)
  return answerGrant(context, call, {
    ...clientOf(body, request),
    tenant: params.tenant,
    grantType: filled(body.grant_type),
    asked,
    askedAgain: filled(named) === undefined ? undefined : asked,
    code: filled(body.code),
    redirectUri: filled(body.redirect_uri),
    verifier: filled(body.code_verifier),
    deviceCode: filled(body.device_code) ?? filled(body.code),
    refreshToken: filled(body.refresh_token),
    assertion: filled(body.assertion),
    tokenUse: filled(body.requested_token_use),
    username: filled(body.username),
    password: filled(body.password),
    capable: isCapable(body.claims),
    version,
    login: site.baseUrl,
    reached: reachedAt(context, site),
  })
}

const lives = tokenLifeSeconds

/** What comes with a user's token. `client_info` is how MSAL names the account. */
function ofUser({ user }: Granted, { client_info: info }: TokenForm): Readonly<Record<string, string>> {
  if (user === undefined) return {}
  const account = { uid: user.id, utid: user.tenantId }
  return {
    scope: user.told,
    ...(user.refreshToken !== undefined && { refresh_token: user.refreshToken }),
    ...(user.idToken !== undefined && { id_token: user.idToken }),
    ...(info === '1' && { client_info: Buffer.from(JSON.stringify(account)).toString('base64url') }),
    ...(user.family !== undefined && { foci: user.family }),
  }
}

interface Answering extends Posted {
  readonly context: Context
  readonly call: Call
  readonly done: GrantAnswer
}

/** A refusal that was returned has left something behind: it is said here, for what is thrown writes nothing. */
function answered({ context, call, done, request, site }: Answering, shown: (granted: Granted) => object): Answer {
  if (!('refusal' in done)) return json(200, shown(done))
  call.ruling = { allowed: false, because: 'not-signed-in' }
  return refuse(context, { error: done.refusal, request, requestId: call.source.requestId, call, site })
}

/** v2: what is asked for is a scope; numbers are numbers. */
export const issueTokenV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/token',
  async handle(context, call, input) {
    const done = await granted(context, call, { ...input, asked: { scope: input.body.scope }, version: 'v2' })
    return answered({ ...input, context, call, done }, given => ({
      token_type: 'Bearer',
      expires_in: lives,
      ext_expires_in: lives,
      access_token: given.accessToken,
      ...ofUser(given, input.body),
    }))
  },
})

/** v1, and `/adfs`: what is asked for is a resource; numbers are strings. MSAL in ADFS mode sends a scope here all the same. */
export const issueTokenV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/token',
  async handle(context, call, input) {
    const adfs = input.params.tenant.toLowerCase() === 'adfs'
    const byScope = adfs && input.body.resource === undefined
    const asked = byScope ? { scope: input.body.scope } : { resource: input.body.resource }
    const done = await granted(context, call, { ...input, asked, version: 'v1' })
    return answered({ ...input, context, call, done }, given => ({
      token_type: 'Bearer',
      expires_in: lives.toString(),
      ext_expires_in: lives.toString(),
      expires_on: given.expiresAt.toString(),
      not_before: given.issuedAt.toString(),
      resource: given.audience,
      access_token: given.accessToken,
      ...ofUser(given, input.body),
    }))
  },
})
