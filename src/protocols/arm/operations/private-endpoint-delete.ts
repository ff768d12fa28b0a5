import { compartmentOfGuid } from '#domain/instance.ts'
import { deleteEndpoint, endpointArmId } from '#domain/networks/private-endpoints.ts'
import { empty } from '#protocols/http/answer.ts'
import { atEndpoint, endpointPath, ofEndpoint } from '#protocols/arm/network-shapes.ts'
import { goneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 204 where there is none. */
export const privateEndpointDelete = armOperation({
  name: 'PrivateEndpointDelete',
  method: 'DELETE',
  path: endpointPath,
  permissions: ['privateEndpoint.delete'],
  params: ofEndpoint,
  query: anyQuery,
  body: { none: true },
  scope: atEndpoint,
  resource: ({ params }) => endpointArmId(params),
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: endpointArmId(params) })
    const path = [endpointArmId(params).toLowerCase()] as const
    const endpoint = await context.privateEndpoints.get(call, compartmentOfGuid(params.subscriptionId), path)
    if (endpoint === undefined) return empty(204)
    await deleteEndpoint(context, call, { permit: permit('privateEndpoint.delete'), endpoint })
    return goneAnswer({ site, call, request }, endpoint.value)
  },
})
