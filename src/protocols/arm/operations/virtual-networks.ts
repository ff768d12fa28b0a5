import { compartmentOfGuid } from '#domain/instance.ts'
import { networkArmId, networkNamed, networkType } from '#domain/networks/network-place.ts'
import { deleteNetwork, putNetwork } from '#domain/networks/set-network.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { doneAnswer, goneAnswer } from '#protocols/arm/done-answer.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery, inGroup, inSubscription } from '#protocols/arm/params.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { networkBody } from '#protocols/arm/virtual-network-bodies.ts'
import { atNetwork, networkPath, networkShape, ofNetwork } from '#protocols/arm/virtual-network-shapes.ts'

const common = { path: networkPath, params: ofNetwork, query: anyQuery, scope: atNetwork } as const
const listCommon = {
  method: 'GET',
  permissions: 'authenticated',
  linked: ['network.read'],
  query: listQuery,
  body: { none: true },
} as const

export const networkPut = armOperation({
  ...common,
  name: 'VirtualNetworkPut',
  method: 'PUT',
  permissions: ['network.write'],
  body: armJson(networkBody),
  resource: ({ params }) => networkArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: networkArmId(params) })
    const { network, created } = await putNetwork(context, call, { ...params, ...body, permit: permit('network.write') })
    return doneAnswer({ site, call, request }, { status: created ? 201 : 200, held: network, resource: networkShape(network) })
  },
})

export const networkGet = armOperation({
  ...common,
  name: 'VirtualNetworkGet',
  method: 'GET',
  permissions: ['network.read'],
  body: { none: true },
  resource: ({ params }) => networkArmId(params),
  async handle(context, call, { params }) {
    const network = await networkNamed(context, call, params)
    return json(200, networkShape(network), etagOf(network))
  },
})

/** 204 where there is none. */
export const networkDelete = armOperation({
  ...common,
  name: 'VirtualNetworkDelete',
  method: 'DELETE',
  permissions: ['network.delete'],
  body: { none: true },
  resource: ({ params }) => networkArmId(params),
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: networkArmId(params) })
    const network = await context.virtualNetworks.get(call, compartmentOfGuid(params.subscriptionId), [networkArmId(params).toLowerCase()])
    if (network === undefined) return empty(204)
    await deleteNetwork(context, call, { permit: permit('network.delete'), network })
    return goneAnswer({ site, call, request }, network.value)
  },
})

export const networkList = armOperation({
  ...listCommon,
  name: 'VirtualNetworkList',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Network/virtualNetworks',
  params: inSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${networkType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, { ask: permit, permission: 'network.read', on: subscriptionScope(params.subscriptionId) })
    return armList(site, request, context.virtualNetworks.all(call, compartmentOfGuid(params.subscriptionId), readable).map(networkShape))
  },
})

export const networkListInGroup = armOperation({
  ...listCommon,
  name: 'VirtualNetworkListInGroup',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks',
  params: inGroup,
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/${networkType}`,
  async handle(context, call, { site, params, permit, request }) {
    const readable = readableIn(context, call, {
      ask: permit,
      permission: 'network.read',
      on: groupScope(params.subscriptionId, params.group),
    })
    await groupNamed(context, call, params)
    return armList(site, request, context.virtualNetworks.all(call, compartmentOfGuid(params.subscriptionId), readable).map(networkShape))
  },
})
