import { removeIdentityCredential } from '#domain/federation/identity-credentials.ts'
import { identityNamed } from '#domain/resources/user-assigned-identities.ts'
import { identityOf, idOf, placeOf } from '#protocols/arm/federated-credential.ts'
import { anyQuery, ofFederatedCredential } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** 200, and 204 where there is none. Tokens that were given for it count no more. */
export const deleteFederatedCredential = armOperation({
  name: 'IdentityFederatedCredentialDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials/{credential}',
  permissions: ['federatedCredential.delete'],
  params: ofFederatedCredential,
  query: anyQuery,
  body: { none: true },
  scope: placeOf,
  resource: idOf,
  async handle(context, call, { params, permit }) {
    const at = identityOf(params)
    const identity = await identityNamed(context, call, at)
    const removing = { permit: permit('federatedCredential.delete'), at, identity, name: params.credential }
    return empty((await removeIdentityCredential(context, call, removing)) ? 200 : 204)
  },
})
