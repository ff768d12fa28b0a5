import { identityCredentials } from '#domain/federation/identity-credentials.ts'
import { identityArmId, identityNamed, identityScope } from '#domain/resources/user-assigned-identities.ts'
import { federatedShape } from '#protocols/arm/federated-credential.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { ofIdentity } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const listFederatedCredentials = armOperation({
  name: 'IdentityFederatedCredentialList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials',
  permissions: ['federatedCredential.read'],
  params: ofIdentity,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => identityScope(params),
  resource: ({ params }) => `${identityArmId(params)}/federatedIdentityCredentials`,
  async handle(context, call, { site, params, request }) {
    const identity = await identityNamed(context, call, params)
    const found = await identityCredentials(context, call, identity)
    return armList(
      site,
      request,
      found.map(one => federatedShape(identity.value.id, one)),
    )
  },
})
