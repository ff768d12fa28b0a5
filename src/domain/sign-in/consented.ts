import type { Needs } from '#domain/context.ts'
import { consentedScopes } from '#domain/consent/consented.ts'
import type { User } from '#domain/identity/records.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { Client } from './client.ts'
import { underConsent, type UserScopes } from './scopes.ts'

/** What of the scopes asked for there is consent to: for everybody, for this user, or by the resource itself. Raises `OAuthRefused`. */
export function consented(
  context: Needs<'identity'>,
  scopes: UserScopes,
  { client, user }: { readonly client: Client; readonly user: User },
): UserScopes {
  const { appId: clientId, displayName } = client.application
  const { tenantId, id: userId } = user
  const there = consentedScopes(context, { tenantId, clientId, resourceAppId: scopes.resource.appId, userId })
  return underConsent(scopes, there, () => {
    throw refused(
      'unconsented',
      `The user or administrator has not consented to use the application with ID '${clientId}' named '${displayName}'. Send an interactive authorization request for this user and resource.`,
    )
  })
}
