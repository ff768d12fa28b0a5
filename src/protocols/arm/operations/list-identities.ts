import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { identityType } from '#domain/resources/user-assigned-identities.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { inGroup, inSubscription } from '#protocols/arm/params.ts'
import { identityShape } from '#protocols/arm/shapes.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const listIdentities = armOperation({
  name: 'IdentityList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities',
  permissions: 'authenticated',
  linked: ['identity.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${identityType}`,
  async handle(context, call, { site, params, permit, request }) {
    const reading = { ask: permit, permission: 'identity.read', on: subscriptionScope(params.subscriptionId) } as const
    const home = compartmentOfGuid(params.subscriptionId)
    const found = context.userAssignedIdentities.all(call, home, readableIn(context, call, reading))
    return armList(site, request, found.map(identityShape))
  },
})

export const listGroupIdentities = armOperation({
  name: 'IdentityListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities',
  permissions: 'authenticated',
  linked: ['identity.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${identityType}`,
  async handle(context, call, { site, params, permit, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    const readable = readableIn(context, call, { ask: permit, permission: 'identity.read', on })
    await groupNamed(context, call, params)
    const found = context.userAssignedIdentities.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(site, request, found.map(identityShape))
  },
})
