import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { User } from '#domain/identity/records.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { familyOf, knownClient, provenClient, type Client } from './client.ts'
import { give, type GiveNeeds } from './give.ts'
import { checkTenant, type GrantAnswer, type GrantRequest } from './grant-request.ts'
import { revokeGrant, userStill } from './grants.ts'
import { openHandle, sealHandle } from './handles.ts'
import { refreshTokenLifeMs } from './lifetimes.ts'
import type { RefreshToken } from './records.ts'
import { consented } from './consented.ts'
import { scopesAt, userScopesOf, type UserScopes } from './scopes.ts'

type RefreshNeeds = GiveNeeds & Needs<'instance' | 'tenants'>

/**
 * A refresh token for the next one and an access token, for any resource (RFC 6749 6). An earlier one of its family ends the family, by a
 * refusal that is returned (RFC 9700 4.14.2). Raises `OAuthRefused`.
 */
export async function redeemRefreshToken(context: RefreshNeeds, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const { clientId, credential } = request
  if (request.refreshToken === undefined) throw missing('refresh_token')
  if (clientId === undefined) throw missing('client_id')
  const handle = openHandle(context, 'refresh', request.refreshToken)
  if (handle === undefined) throw refused('invalidGrant', 'The provided refresh token is malformed or invalid.')
  const { tenantId, id: grantId, generation } = handle
  checkTenant(context, request.tenant, tenantId)
  const held = await context.refreshTokens.get(call, compartmentOfGuid(tenantId), [grantId])
  if (held === undefined) throw expired()
  const { value: family } = held
  const client = await provenClient(context, call, { tenantId, clientId, credential, isPublic: family.isPublic })
  checkClient(context, family, client)
  if (family.revokedAt !== undefined) throw revoked()
  if (generation < family.generation) {
    await revokeGrant(context, call, { tenantId, grantId })
    return { refusal: revoked() }
  }
  // A later one than was given out: the records were put back to an earlier time.
  if (generation > family.generation || call.at >= family.expiresAt) throw expired()
  const user = userStill(context, family)
  const scopes = scopesFor(context, request, { family, client, user })
  context.refreshTokens.update(call, held, { ...family, generation: generation + 1, expiresAt: call.at + refreshTokenLifeMs })
  const refreshToken = sealHandle(context, 'refresh', { tenantId, id: grantId, generation: generation + 1 })
  return give(context, call, {
    request,
    user,
    client,
    scopes,
    signedIn: family,
    grantId,
    sessionId: family.sessionId,
    refreshToken,
    chain: family.onBehalfOf,
  })
}

/** On behalf of a user nobody was asked on a page: what the client may refresh is what there is consent to now, and nothing once what it rests on was taken back. */
function scopesFor(
  context: RefreshNeeds,
  { asked, reached }: GrantRequest,
  { family, client, user }: { readonly family: RefreshToken; readonly client: Client; readonly user: User },
): UserScopes {
  const { tenantId, onBehalfOf } = family
  const scopes = userScopesOf(asked, scopesAt(context, reached, tenantId))
  if (onBehalfOf.length === 0) return scopes
  if (onBehalfOf.some(grant => context.identity.index.isRevoked(tenantId, grant))) throw revoked()
  return consented(context, scopes, { client, user })
}

/** Its own client, or one of the same family of clients. */
function checkClient(context: Needs<'identity'>, family: RefreshToken, { application }: Client): void {
  if (family.clientId === application.appId) return
  const [of, own] = [familyOf(knownClient(context, family.tenantId, family.clientId)), familyOf(application)]
  if (of !== undefined && of === own) return
  throw refused('invalidGrant', 'The provided refresh token was issued to another client application.')
}

const expired = () => refused('expiredRefreshToken', 'The refresh token has expired due to inactivity or is not known.')
const revoked = () =>
  refused('revokedGrant', 'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user signs in again.')
