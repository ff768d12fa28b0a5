import { isLetIn } from '#domain/app-roles/assigned-roles.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { User } from '#domain/identity/records.ts'
import type { SignNeeds } from '#domain/identity/sign-token.ts'
import { familyOf, type Client } from './client.ts'
import type { Granted, GrantRequest } from './grant-request.ts'
import { beginFamily, type SignedInAs } from './grants.ts'
import { actorOf } from './person.ts'
import type { UserScopes } from './scopes.ts'
import { userTokens } from './user-tokens.ts'

export type GiveNeeds = SignNeeds & Needs<'refreshTokens' | 'revokedGrants' | 'identity' | 'ground'>

export interface ToGive {
  readonly request: GrantRequest
  readonly user: User
  readonly client: Client
  readonly scopes: UserScopes
  readonly signedIn: SignedInAs
  readonly grantId: string
  /** Grants that it was asked for on behalf of, the first one first. */
  readonly chain?: readonly string[]
  readonly sessionId?: string | undefined
  readonly nonce?: string | undefined
  /** The family's next token, where there is a family; a new one begins where one is wanted. */
  readonly refreshToken?: string
}

function checkLetIn(
  context: GiveNeeds,
  { user, resourceAppId, client }: { readonly user: User; readonly resourceAppId: string; readonly client: Client },
): void {
  if (isLetIn(context, { tenantId: user.tenantId, principalId: user.id, kind: 'user', resourceAppId })) return
  const { appId, displayName } = client.application
  const where = resourceAppId === appId ? `the application ${displayName} ('${appId}')` : `the application '${resourceAppId}'`
  throw refused(
    'userNotAssigned',
    `Your administrator has configured ${where} to block users unless they are specifically granted ('assigned') access to the application. The signed-in user '${user.userPrincipalName}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.`,
  )
}

/** Tokens for a user through a client, and the entry's actor with them. */
export async function give(context: GiveNeeds, call: Call, what: ToGive): Promise<Granted> {
  const { request, user, client, scopes, signedIn, grantId, sessionId, chain = [] } = what
  const { appId } = client.application
  for (const resourceAppId of [appId, scopes.resource.appId]) checkLetIn(context, { user, resourceAppId, client })
  call.who = { ...actorOf(user, appId), credentialId: grantId }
  call.ruling = { allowed: true, by: request.grantType ?? '' }
  call.resource = `/tenants/${user.tenantId}/users/${user.id}`
  call.details.set('clientId', appId).set('audience', scopes.audience)
  const { idToken, ...tokens } = await userTokens(context, call, { ...what, ...request, authTime: signedIn.authTime })
  const { tenantId, userId, signInEpoch, authTime } = signedIn
  const family = {
    tenantId,
    userId,
    signInEpoch,
    authTime,
    grantId,
    clientId: appId,
    isPublic: client.proof === '0',
    onBehalfOf: [...chain],
    sessionId,
  }
  const refreshToken = what.refreshToken ?? (scopes.offline ? beginFamily(context, call, family) : undefined)
  const foci = familyOf(client.application)
  return {
    ...tokens,
    user: {
      id: user.id,
      tenantId,
      told: scopes.told,
      ...(idToken !== undefined && { idToken }),
      ...(refreshToken !== undefined && { refreshToken }),
      ...(foci !== undefined && refreshToken !== undefined && { family: foci }),
    },
  }
}
