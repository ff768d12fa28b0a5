import { identityArmId, identityScope, updateIdentity } from '#domain/resources/user-assigned-identities.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, tagsOnlyBody } from '#protocols/arm/bodies.ts'
import { anyQuery, ofIdentity } from '#protocols/arm/params.ts'
import { identityShape } from '#protocols/arm/shapes.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const patchIdentity = armOperation({
  name: 'IdentityUpdate',
  method: 'PATCH',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}',
  permissions: ['identity.write'],
  params: ofIdentity,
  query: anyQuery,
  body: armJson(tagsOnlyBody),
  scope: ({ params }) => identityScope(params),
  resource: ({ params }) => identityArmId(params),
  async handle(context, call, { params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: identityArmId(params) })
    const identity = await updateIdentity(context, call, { ...params, tags: body.tags, permit: permit('identity.write') })
    return json(200, identityShape(identity), etagOf(identity))
  },
})
