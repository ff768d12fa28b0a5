import type { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { User } from '#domain/identity/records.ts'
import { refused } from '#domain/identity/refusals.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { sealHandle } from './handles.ts'
import { refreshTokenLifeMs } from './lifetimes.ts'
import type { RefreshToken } from './records.ts'

type GrantNeeds = Needs<'refreshTokens' | 'revokedGrants' | 'identity' | 'ground'>

/** What somebody's sign-in is worth now: what a code, a device code and a refresh token keep of it. */
export interface SignedInAs {
  readonly tenantId: string
  readonly userId: string
  readonly signInEpoch: number
  readonly authTime: number
}

/** A refusal that leaves something behind: the caller answers with it instead of throwing it, or nothing would be written. */
export interface Refused {
  readonly refusal: Problem
}

/** The user whose sign-in it was, if that still counts. Raises `OAuthRefused`. */
export function userStill({ identity }: Needs<'identity'>, signedIn: SignedInAs): User {
  const user = identity.index.user(signedIn.tenantId, signedIn.userId)?.value
  if (user === undefined) throw refused('unknownUser', 'The user account does not exist in the directory any more.')
  if (!user.enabled) throw refused('disabledUser', 'The user account is disabled.')
  if (user.signInEpoch !== signedIn.signInEpoch)
    throw refused(
      'revokedGrant',
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    )
  return user
}

export const newGrantId = async ({ ground }: Needs<'ground'>, call: Call): Promise<string> =>
  call.once('grant id', async () => ground.random.bytes(16).toHex())

/** The first refresh token of a family. */
export function beginFamily(
  context: GrantNeeds,
  call: Call,
  family: Pick<RefreshToken, 'tenantId' | 'userId' | 'signInEpoch' | 'authTime' | 'grantId' | 'clientId' | 'isPublic' | 'onBehalfOf'> & {
    readonly sessionId?: string | undefined
  },
): string {
  const { tenantId, grantId, sessionId, ...rest } = family
  const value = {
    ...rest,
    tenantId,
    grantId,
    generation: 1,
    createdAt: call.at,
    expiresAt: call.at + refreshTokenLifeMs,
    ...(sessionId !== undefined && { sessionId }),
  }
  context.refreshTokens.create(call, compartmentOfGuid(tenantId), { path: [grantId], value })
  return sealHandle(context, 'refresh', { tenantId, id: grantId, generation: 1 })
}

/** Takes back what one sign-in gave to one client: refresh tokens for good, access tokens from the next request on. */
export async function revokeGrant(
  context: GrantNeeds,
  call: Call,
  { tenantId, grantId }: { readonly tenantId: string; readonly grantId: string },
): Promise<void> {
  const compartment = compartmentOfGuid(tenantId)
  call.details.set('revokedGrant', grantId)
  const family = await context.refreshTokens.get(call, compartment, [grantId])
  if (family !== undefined && family.value.revokedAt === undefined)
    context.refreshTokens.update(call, family, { ...family.value, revokedAt: call.at })
  const revoked = await context.revokedGrants.get(call, compartment, [grantId])
  if (revoked === undefined)
    context.revokedGrants.create(call, compartment, { path: [grantId], value: { grantId, tenantId, revokedAt: call.at } })
}
