import { setIdentityCredential } from '#domain/federation/identity-credentials.ts'
import { identityNamed } from '#domain/resources/user-assigned-identities.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { federatedCredentialBody, federatedShape, identityOf, idOf, placeOf } from '#protocols/arm/federated-credential.ts'
import { anyQuery, ofFederatedCredential } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { json } from '#protocols/http/answer.ts'

export const putFederatedCredential = armOperation({
  name: 'IdentityFederatedCredentialPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials/{credential}',
  permissions: ['federatedCredential.write'],
  params: ofFederatedCredential,
  query: anyQuery,
  body: armJson(federatedCredentialBody),
  scope: placeOf,
  resource: idOf,
  async handle(context, call, { params, body, permit }) {
    const at = identityOf(params)
    const identity = await identityNamed(context, call, at)
    const { credential, created } = await setIdentityCredential(context, call, {
      permit: permit('federatedCredential.write'),
      at,
      identity,
      name: params.credential,
      terms: body.properties,
    })
    return json(created ? 201 : 200, federatedShape(identity.value.id, credential))
  },
})
