import { compartmentOfGuid } from '#domain/instance.ts'
import { endpointType } from '#domain/networks/private-endpoints.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { endpointShape } from '#protocols/arm/network-shapes.ts'
import { inGroup, inSubscription } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const privateEndpointList = armOperation({
  name: 'PrivateEndpointList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Network/privateEndpoints',
  permissions: 'authenticated',
  linked: ['privateEndpoint.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${endpointType}`,
  async handle(context, call, { site, params, permit, request }) {
    const on = subscriptionScope(params.subscriptionId)
    const readable = readableIn(context, call, { ask: permit, permission: 'privateEndpoint.read', on })
    const found = context.privateEndpoints.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(site, request, await Promise.all(found.map(async one => endpointShape({ context, call, site }, one))))
  },
})

export const privateEndpointListInGroup = armOperation({
  name: 'PrivateEndpointListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints',
  permissions: 'authenticated',
  linked: ['privateEndpoint.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${endpointType}`,
  async handle(context, call, { site, params, permit, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    const readable = readableIn(context, call, { ask: permit, permission: 'privateEndpoint.read', on })
    await groupNamed(context, call, params)
    const found = context.privateEndpoints.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(site, request, await Promise.all(found.map(async one => endpointShape({ context, call, site }, one))))
  },
})
