import { identityArmId, identityNamed, identityScope } from '#domain/resources/user-assigned-identities.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, ofIdentity } from '#protocols/arm/params.ts'
import { identityShape } from '#protocols/arm/shapes.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getIdentity = armOperation({
  name: 'IdentityGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}',
  permissions: ['identity.read'],
  params: ofIdentity,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => identityScope(params),
  resource: ({ params }) => identityArmId(params),
  async handle(context, call, { params }) {
    const identity = await identityNamed(context, call, params)
    return json(200, identityShape(identity), etagOf(identity))
  },
})
