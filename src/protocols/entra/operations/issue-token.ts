import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { issueToken, type IssuedToken } from '#domain/identity/issue-token.ts'
import { tokenLifeSeconds } from '#domain/identity/lifetimes.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { clientOf, filled, isCapable, tokenForm, type TokenForm } from '#protocols/entra/token-form.ts'
import { json } from '#protocols/http/answer.ts'
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

async function issued(
  context: Context,
  call: Call,
  how: Posted & { readonly asked: { readonly scope: string | undefined } | { readonly resource: string | undefined } },
): Promise<IssuedToken> {
  const { site, params, body, request, asked } = how
  // The endpoint is public, the token is not: whatever is wrong from here on is a refusal.
  call.ruling = { allowed: false, because: 'not-signed-in' }
  return issueToken(context, call, {
    ...clientOf(body, request),
    tenant: params.tenant,
    grantType: filled(body.grant_type),
    asked,
    capable: isCapable(body.claims),
    login: site.baseUrl,
    reached: { domain: context.instance.domain, portSuffix: site.portSuffix },
  })
}

const lives = tokenLifeSeconds

/** v2: what is asked for is a scope; numbers are numbers. */
export const issueTokenV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/token',
  async handle(context, call, input) {
    const { accessToken } = await issued(context, call, { ...input, asked: { scope: input.body.scope } })
    return json(200, { token_type: 'Bearer', expires_in: lives, ext_expires_in: lives, access_token: accessToken })
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
    const { accessToken, issuedAt, expiresAt, audience } = await issued(context, call, { ...input, asked })
    return json(200, {
      token_type: 'Bearer',
      expires_in: lives.toString(),
      ext_expires_in: lives.toString(),
      expires_on: expiresAt.toString(),
      not_before: issuedAt.toString(),
      resource: audience,
      access_token: accessToken,
    })
  },
})
