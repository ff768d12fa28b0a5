import { compartmentOfGuid } from '#domain/instance.ts'
import { networkArmId, networkNamed, subnetIn } from '#domain/networks/network-place.ts'
import { deleteSubnet, putSubnet } from '#domain/networks/set-network.ts'
import { Problem } from '#model/problem.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { doneAnswer, goneAnswer } from '#protocols/arm/done-answer.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { subnetBody } from '#protocols/arm/virtual-network-bodies.ts'
import { atNetwork, atSubnet, networkPath, ofNetwork, ofSubnet, subnetPath, subnetShape } from '#protocols/arm/virtual-network-shapes.ts'

const common = { path: subnetPath, params: ofSubnet, query: anyQuery, scope: atSubnet } as const
const missing = (name: string): Problem =>
  new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.Network/virtualNetworks/subnets', name } })

export const subnetPut = armOperation({
  ...common,
  name: 'SubnetPut',
  method: 'PUT',
  permissions: ['subnet.write'],
  body: armJson(subnetBody),
  resource: ({ params }) => `${networkArmId(params)}/subnets/${params.subnet}`,
  async handle(context, call, { site, params, body, permit, request }) {
    const { network, created } = await putSubnet(context, call, {
      ...params,
      subnet: { name: params.subnet, ...body },
      permit: permit('subnet.write'),
    })
    const subnet = subnetIn(network, params.subnet)
    if (subnet === undefined) throw missing(params.subnet)
    return doneAnswer({ site, call, request }, { status: created ? 201 : 200, held: network, resource: subnetShape(network, subnet) })
  },
})

export const subnetGet = armOperation({
  ...common,
  name: 'SubnetGet',
  method: 'GET',
  permissions: ['subnet.read'],
  body: { none: true },
  resource: ({ params }) => `${networkArmId(params)}/subnets/${params.subnet}`,
  async handle(context, call, { params }) {
    const network = await networkNamed(context, call, params)
    const subnet = subnetIn(network, params.subnet)
    if (subnet === undefined) throw missing(params.subnet)
    return json(200, subnetShape(network, subnet))
  },
})

/** 200, and 204 where there is none. */
export const subnetDelete = armOperation({
  ...common,
  name: 'SubnetDelete',
  method: 'DELETE',
  permissions: ['subnet.delete'],
  body: { none: true },
  resource: ({ params }) => `${networkArmId(params)}/subnets/${params.subnet}`,
  async handle(context, call, { site, params, permit, request }) {
    const network = await context.virtualNetworks.get(call, compartmentOfGuid(params.subscriptionId), [networkArmId(params).toLowerCase()])
    if (network === undefined) return empty(204)
    const was = await deleteSubnet(context, call, { permit: permit('subnet.delete'), network, subnet: params.subnet })
    return was ? goneAnswer({ site, call, request }, network.value) : empty(204)
  },
})

export const subnetList = armOperation({
  name: 'SubnetList',
  method: 'GET',
  path: `${networkPath}/subnets`,
  permissions: ['subnet.read'],
  params: ofNetwork,
  query: listQuery,
  body: { none: true },
  scope: atNetwork,
  resource: ({ params }) => `${networkArmId(params)}/subnets`,
  async handle(context, call, { site, params, request }) {
    const network = await networkNamed(context, call, params)
    return armList(
      site,
      request,
      network.value.subnets.map(one => subnetShape(network, one)),
    )
  },
})
