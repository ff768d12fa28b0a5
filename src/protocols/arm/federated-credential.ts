import { z } from 'zod'
import type { FederatedCredential } from '#domain/federation/records.ts'
import { federatedScope, federatedType } from '#domain/federation/identity-credentials.ts'
import { identityArmId, type IdentityName } from '#domain/resources/user-assigned-identities.ts'
import type { Listed } from './answers.ts'
import type { ofFederatedCredential } from './params.ts'

export const federatedCredentialBody = z.object({
  properties: z.object({
    issuer: z.string('issuer must be a string'),
    subject: z.string('subject must be a string'),
    audiences: z.array(z.string('audiences must be strings'), 'audiences must be a list'),
  }),
})

type Named = z.output<typeof ofFederatedCredential>

export const identityOf = ({ subscriptionId, group, identity }: Named): IdentityName => ({ subscriptionId, group, name: identity })

/** Where the credential stands, and how its entry names it. */
export const placeOf = ({ params }: { readonly params: Named }) => federatedScope(identityOf(params), params.credential)
export const idOf = ({ params }: { readonly params: Named }): string =>
  `${identityArmId(identityOf(params))}/federatedIdentityCredentials/${params.credential}`

export const federatedShape = (
  identityId: string,
  { name, issuer, subject, audiences }: FederatedCredential,
): Listed & { readonly id: string } => ({
  id: `${identityId}/federatedIdentityCredentials/${name}`,
  name,
  type: federatedType,
  properties: { issuer, subject, audiences },
})
