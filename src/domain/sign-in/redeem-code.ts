import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { checkRedemption, codeOf } from './authorization-codes.ts'
import { provenClient } from './client.ts'
import { give, type GiveNeeds } from './give.ts'
import { checkTenant, type GrantAnswer, type GrantRequest } from './grant-request.ts'
import { newGrantId, revokeGrant, userStill } from './grants.ts'
import type { AuthorizationCode } from './records.ts'
import { scopesAt, userScopesOf, type Asked, type ScopesAt, type UserScopes } from './scopes.ts'

type RedeemNeeds = GiveNeeds & Needs<'authorizationCodes' | 'instance' | 'tenants'>

/** An authorization code for tokens (RFC 6749 4.1.3). Whoever brings a code that was used takes away what it gave, by a refusal that is returned. Raises `OAuthRefused`. */
export async function redeemCode(context: RedeemNeeds, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const { clientId, credential } = request
  if (clientId === undefined) throw missing('client_id')
  const held = await codeOf(context, call, request.code)
  const { value: code } = held
  const { tenantId } = code
  checkTenant(context, request.tenant, tenantId)
  const client = await provenClient(context, call, { tenantId, clientId, credential, isPublic: code.isPublic })
  if (code.grantId !== undefined) {
    await revokeGrant(context, call, { tenantId, grantId: code.grantId })
    return {
      refusal: refused(
        'codeUsed',
        'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
      ),
    }
  }
  checkRedemption(call, code, { clientId, redirectUri: request.redirectUri, verifier: request.verifier })
  const user = userStill(context, code)
  const at = scopesAt(context, request.reached, tenantId)
  const scopes = userScopesOf(askedOf(request, code, at), at)
  const grantId = await newGrantId(context, call)
  context.authorizationCodes.update(call, held, { ...code, grantId })
  return give(context, call, { request, user, client, scopes, signedIn: code, grantId, sessionId: code.sessionId, nonce: code.nonce })
}

/** The second leg may repeat or narrow what the first one asked for, and v1 may say its resource there alone. Raises `OAuthRefused`. */
function askedOf({ asked, askedAgain }: GrantRequest, code: AuthorizationCode, at: ScopesAt): Asked {
  const first = firstAsked(code)
  if (first === undefined) return asked
  if (askedAgain === undefined) return first
  const [before, now] = [userScopesOf(first, at), userScopesOf(askedAgain, at)]
  if (before.resource.appId === now.resource.appId && !widened(before, now)) return askedAgain
  throw refused('badScope', 'The scope of the request is not the one that the authorization code was requested for.')
}

const firstAsked = ({ scope, resource }: AuthorizationCode): Asked | undefined =>
  scope !== undefined ? { scope } : resource !== undefined ? { resource } : undefined

const widened = (before: UserScopes, now: UserScopes): boolean => (!before.offline && now.offline) || (!before.openid && now.openid)
