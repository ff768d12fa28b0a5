import { compartmentOfGuid } from '#domain/instance.ts'
import { machineType } from '#domain/machines/machine-place.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { machineShape } from '#protocols/arm/machine-shapes.ts'
import { inGroup, inSubscription } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const machineList = armOperation({
  name: 'MachineList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines',
  permissions: 'authenticated',
  linked: ['machine.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${machineType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, { ask: permit, permission: 'machine.read', on: subscriptionScope(params.subscriptionId) })
    const found = context.virtualMachines.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(
      site,
      request,
      found.map(one => machineShape(one)),
    )
  },
})

export const machineListInGroup = armOperation({
  name: 'MachineListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines',
  permissions: 'authenticated',
  linked: ['machine.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${machineType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, {
      ask: permit,
      permission: 'machine.read',
      on: groupScope(params.subscriptionId, params.group),
    })
    await groupNamed(context, call, params)
    const found = context.virtualMachines.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(
      site,
      request,
      found.map(one => machineShape(one)),
    )
  },
})
