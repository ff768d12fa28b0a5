import { identityCredential } from '#domain/federation/identity-credentials.ts'
import { identityNamed } from '#domain/resources/user-assigned-identities.ts'
import { federatedShape, identityOf, idOf, placeOf } from '#protocols/arm/federated-credential.ts'
import { anyQuery, ofFederatedCredential } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { json } from '#protocols/http/answer.ts'

export const getFederatedCredential = armOperation({
  name: 'IdentityFederatedCredentialGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials/{credential}',
  permissions: ['federatedCredential.read'],
  params: ofFederatedCredential,
  query: anyQuery,
  body: { none: true },
  scope: placeOf,
  resource: idOf,
  async handle(context, call, { params }) {
    const identity = await identityNamed(context, call, identityOf(params))
    const credential = await identityCredential(context, call, { identity, name: params.credential })
    return json(200, federatedShape(identity.value.id, credential))
  },
})
