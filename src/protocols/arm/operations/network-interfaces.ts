import { compartmentOfGuid } from '#domain/instance.ts'
import { interfaceArmId, interfaceNamed, interfaceType } from '#domain/networks/network-place.ts'
import { deleteInterface, putInterface } from '#domain/networks/set-interface.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { askLinked } from '#protocols/arm/compute-shapes.ts'
import { doneAnswer, goneAnswer } from '#protocols/arm/done-answer.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery, inGroup, inSubscription } from '#protocols/arm/params.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { interfaceBody } from '#protocols/arm/virtual-network-bodies.ts'
import { atInterface, interfacePath, interfaceShape, ofInterface } from '#protocols/arm/virtual-network-shapes.ts'

const common = { path: interfacePath, params: ofInterface, query: anyQuery, scope: atInterface } as const
const listCommon = {
  method: 'GET',
  permissions: 'authenticated',
  linked: ['interface.read'],
  query: listQuery,
  body: { none: true },
} as const

export const interfacePut = armOperation({
  ...common,
  name: 'NetworkInterfacePut',
  method: 'PUT',
  permissions: ['interface.write'],
  linked: ['subnet.join'],
  body: armJson(interfaceBody),
  resource: ({ params }) => interfaceArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: interfaceArmId(params) })
    const { held, created } = await putInterface(context, call, {
      ...params,
      ...body,
      permit: permit('interface.write'),
      mayJoin: subnet => askLinked(permit, 'subnet.join', subnet),
    })
    return doneAnswer({ site, call, request }, { status: created ? 201 : 200, held, resource: interfaceShape(held) })
  },
})

export const interfaceGet = armOperation({
  ...common,
  name: 'NetworkInterfaceGet',
  method: 'GET',
  permissions: ['interface.read'],
  body: { none: true },
  resource: ({ params }) => interfaceArmId(params),
  async handle(context, call, { params }) {
    const held = await interfaceNamed(context, call, params)
    return json(200, interfaceShape(held), etagOf(held))
  },
})

/** 204 where there is none. */
export const interfaceDelete = armOperation({
  ...common,
  name: 'NetworkInterfaceDelete',
  method: 'DELETE',
  permissions: ['interface.delete'],
  body: { none: true },
  resource: ({ params }) => interfaceArmId(params),
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: interfaceArmId(params) })
    const held = await context.networkInterfaces.get(call, compartmentOfGuid(params.subscriptionId), [interfaceArmId(params).toLowerCase()])
    if (held === undefined) return empty(204)
    await deleteInterface(context, call, { permit: permit('interface.delete'), held })
    return goneAnswer({ site, call, request }, held.value)
  },
})

export const interfaceList = armOperation({
  ...listCommon,
  name: 'NetworkInterfaceList',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Network/networkInterfaces',
  params: inSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${interfaceType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, { ask: permit, permission: 'interface.read', on: subscriptionScope(params.subscriptionId) })
    return armList(
      site,
      request,
      context.networkInterfaces.all(call, compartmentOfGuid(params.subscriptionId), readable).map(interfaceShape),
    )
  },
})

export const interfaceListInGroup = armOperation({
  ...listCommon,
  name: 'NetworkInterfaceListInGroup',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Network/networkInterfaces',
  params: inGroup,
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${interfaceType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, {
      ask: permit,
      permission: 'interface.read',
      on: groupScope(params.subscriptionId, params.group),
    })
    await groupNamed(context, call, params)
    return armList(
      site,
      request,
      context.networkInterfaces.all(call, compartmentOfGuid(params.subscriptionId), readable).map(interfaceShape),
    )
  },
})
