import { identityArmId, identityScope, setIdentity } from '#domain/resources/user-assigned-identities.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, trackedBody } from '#protocols/arm/bodies.ts'
import { anyQuery, ofIdentity } from '#protocols/arm/params.ts'
import { identityShape } from '#protocols/arm/shapes.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const putIdentity = armOperation({
  name: 'IdentityPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}',
  permissions: ['identity.write'],
  params: ofIdentity,
  query: anyQuery,
  body: armJson(trackedBody),
  scope: ({ params }) => identityScope(params),
  resource: ({ params }) => identityArmId(params),
  async handle(context, call, { params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: identityArmId(params) })
    const { identity, created } = await setIdentity(context, call, { ...params, ...body, permit: permit('identity.write') })
    call.details.set('principalId', identity.value.principalId)
    return json(created ? 201 : 200, identityShape(identity), etagOf(identity))
  },
})
