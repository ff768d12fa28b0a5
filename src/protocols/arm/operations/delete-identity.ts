import { compartmentOfGuid } from '#domain/instance.ts'
import { deleteIdentity as remove, identityArmId, identityScope } from '#domain/resources/user-assigned-identities.ts'
import { empty } from '#protocols/http/answer.ts'
import { anyQuery, ofIdentity } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 200, and 204 where there is none. */
export const deleteIdentity = armOperation({
  name: 'IdentityDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}',
  permissions: ['identity.delete'],
  params: ofIdentity,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => identityScope(params),
  resource: ({ params }) => identityArmId(params),
  async handle(context, call, { params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: identityArmId(params) })
    const path = [identityArmId(params).toLowerCase()] as const
    const identity = await context.userAssignedIdentities.get(call, compartmentOfGuid(params.subscriptionId), path)
    if (identity === undefined) return empty(204)
    await remove(context, call, { permit: permit('identity.delete'), identity })
    return empty(200)
  },
})
