import { z } from 'zod'
import type { Reached } from '#domain/identity/audiences.ts'
import type { Needs } from '#domain/context.ts'
import { checkAuthorization, type Authorization, type AuthorizationAsked } from '#domain/sign-in/authorization.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { EntraSite } from './site.ts'
import { filled } from './token-form.ts'

const text = (max: number) => z.string().max(max, 'too long').transform(filled).optional()

/** What of an authorization request is read. Clients send more; what OpenID Connect puts in a request object is not supported, and said so in the discovery document. */
export const authorizationQuery = z.object({
  client_id: text(64),
  redirect_uri: text(2_048),
  response_type: text(64),
  response_mode: text(32),
  scope: text(2_048),
  resource: text(512),
  state: text(4_096),
  nonce: text(512),
  code_challenge: text(128),
  code_challenge_method: text(16),
  prompt: text(64),
  login_hint: text(256),
  max_age: text(16),
})
export type AuthorizationQuery = z.output<typeof authorizationQuery>

export type Version = 'v1' | 'v2'

/** Raises `OAuthRefused`, `TenantNotFound`. */
export function authorizationOf(
  context: Needs<'identity' | 'instance'>,
  at: { readonly tenant: string; readonly version: Version; readonly query: AuthorizationQuery; readonly site: EntraSite },
): Authorization {
  const { tenant, version, query } = at
  const asked: AuthorizationAsked = {
    tenant,
    version,
    clientId: query.client_id,
    redirectUri: query.redirect_uri,
    responseType: query.response_type,
    responseMode: query.response_mode,
    scope: query.scope,
    resource: query.resource,
    state: query.state,
    nonce: query.nonce,
    challenge: query.code_challenge,
    challengeMethod: query.code_challenge_method,
    prompt: query.prompt,
    loginHint: query.login_hint,
    maxAge: query.max_age,
  }
  return checkAuthorization(context, asked, reachedAt(context, at.site))
}

export const reachedAt = ({ instance }: Needs<'instance'>, { portSuffix }: EntraSite): Reached => ({ domain: instance.domain, portSuffix })

/** Where the form of an authorization request is sent: the same request, its query as it came. */
export const signInAction = (request: WireRequest, version: Version): string => {
  const [tenant = ''] = request.segments
  return `/${encodeURIComponent(tenant)}/oauth2${version === 'v2' ? '/v2.0' : ''}/login?${request.rawQuery}`
}
