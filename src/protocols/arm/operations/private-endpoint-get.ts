import { endpointArmId, endpointNamed } from '#domain/networks/private-endpoints.ts'
import { json } from '#protocols/http/answer.ts'
import { atEndpoint, endpointPath, endpointShape, ofEndpoint } from '#protocols/arm/network-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const privateEndpointGet = armOperation({
  name: 'PrivateEndpointGet',
  method: 'GET',
  path: endpointPath,
  permissions: ['privateEndpoint.read'],
  params: ofEndpoint,
  query: anyQuery,
  body: { none: true },
  scope: atEndpoint,
  resource: ({ params }) => endpointArmId(params),
  async handle(context, call, { site, params }) {
    const endpoint = await endpointNamed(context, call, params)
    return json(200, await endpointShape({ context, call, site }, endpoint), etagOf(endpoint))
  },
})
