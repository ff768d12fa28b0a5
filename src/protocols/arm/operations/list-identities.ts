import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, standsIn } from '#domain/resources/scopes.ts'
import { identityType } from '#domain/resources/user-assigned-identities.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atGroup, inGroup, inSubscription } from '#protocols/arm/params.ts'
import { identityShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const listIdentities = armOperation({
  name: 'IdentityList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities',
  permissions: 'authenticated',
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${identityType}`,
  async handle(context, call, { site, params, request }) {
    const found = context.userAssignedIdentities.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) =>
      mayRead(context, call, { permission: 'identity.read', on: value.scope }),
    )
    return armList(site, request, found.map(identityShape))
  },
})

export const listGroupIdentities = armOperation({
  name: 'IdentityListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities',
  permissions: ['identity.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${identityType}`,
  async handle(context, call, { site, params, request }) {
    await groupNamed(context, call, params)
    const here = groupScope(params.subscriptionId, params.group)
    const found = context.userAssignedIdentities.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) =>
      standsIn(value.scope, here),
    )
    return armList(site, request, found.map(identityShape))
  },
})
