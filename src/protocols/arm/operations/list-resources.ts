import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { group, inSubscription, subscriptionId } from '#protocols/arm/params.ts'
import { admitAround } from '#protocols/arm/readers.ts'
import { resourcesIn } from '#protocols/arm/resource-list.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Every tracked resource that the caller may read: how az finds a vault by its name. */
export const listResources = armOperation({
  name: 'ResourceList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resources',
  permissions: 'authenticated',
  linked: ['resource.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/resources`,
  async handle(context, call, { site, params, query, permit, request }) {
    const at = { compartment: compartmentOfGuid(params.subscriptionId), scope: subscriptionScope(params.subscriptionId) }
    admitAround(context, call, { ask: permit, permission: 'resource.read', on: at.scope })
    return armList(site, request, resourcesIn(context, call, { ...at, filter: query.$filter, expand: query.$expand }))
  },
})

export const listGroupResources = armOperation({
  name: 'ResourceListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/resources',
  permissions: 'authenticated',
  linked: ['resource.read'],
  params: z.object({ subscriptionId, group }),
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/resources`,
  async handle(context, call, { site, params, query, permit, request }) {
    const at = { compartment: compartmentOfGuid(params.subscriptionId), scope: groupScope(params.subscriptionId, params.group) }
    admitAround(context, call, { ask: permit, permission: 'resource.read', on: at.scope })
    await groupNamed(context, call, params)
    return armList(site, request, resourcesIn(context, call, { ...at, filter: query.$filter, expand: query.$expand }))
  },
})
