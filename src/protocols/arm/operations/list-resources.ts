import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { group, inSubscription, subscriptionId } from '#protocols/arm/params.ts'
import { resourcesIn } from '#protocols/arm/resource-list.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Every tracked resource that the caller may read: how az finds a vault by its name. */
export const listResources = armOperation({
  name: 'ResourceList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resources',
  permissions: 'authenticated',
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/resources`,
  async handle(context, call, { site, params, query, request }) {
    const at = { compartment: compartmentOfGuid(params.subscriptionId), scope: subscriptionScope(params.subscriptionId) }
    return armList(site, request, await resourcesIn(context, call, { ...at, filter: query.$filter }))
  },
})

export const listGroupResources = armOperation({
  name: 'ResourceListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/resources',
  permissions: 'authenticated',
  params: z.object({ subscriptionId, group }),
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/resources`,
  async handle(context, call, { site, params, query, request }) {
    await groupNamed(context, call, params)
    const at = { compartment: compartmentOfGuid(params.subscriptionId), scope: groupScope(params.subscriptionId, params.group) }
    return armList(site, request, await resourcesIn(context, call, { ...at, filter: query.$filter }))
  },
})
