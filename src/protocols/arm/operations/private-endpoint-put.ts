import { endpointArmId, setEndpoint } from '#domain/networks/private-endpoints.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { askLinked } from '#protocols/arm/compute-shapes.ts'
import { doneAnswer } from '#protocols/arm/done-answer.ts'
import { endpointBody } from '#protocols/arm/network-bodies.ts'
import { atEndpoint, endpointPath, endpointShape, ofEndpoint } from '#protocols/arm/network-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const privateEndpointPut = armOperation({
  name: 'PrivateEndpointPut',
  method: 'PUT',
  path: endpointPath,
  permissions: ['privateEndpoint.write'],
  linked: ['privateConnection.approve', 'subnet.join'],
  params: ofEndpoint,
  query: anyQuery,
  body: armJson(endpointBody),
  scope: atEndpoint,
  resource: ({ params }) => endpointArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: endpointArmId(params) })
    const { endpoint, created } = await setEndpoint(context, call, {
      ...params,
      ...body,
      permit: permit('privateEndpoint.write'),
      mayJoin: subnet => askLinked(permit, 'subnet.join', subnet),
      mayApprove: vault => askLinked(permit, 'privateConnection.approve', vault),
    })
    const resource = await endpointShape({ context, call, site }, endpoint)
    return doneAnswer({ site, call, request }, { status: created ? 201 : 200, held: endpoint, resource })
  },
})
