import { applicationById } from '#domain/identity/change-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { applicationShown } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

export const getApplication = graphOperation({
  name: 'ApplicationGet',
  method: 'GET',
  path: '/v1.0/applications/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params }) {
    const { value } = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return json(200, { '@odata.context': `${site.baseUrl}/v1.0/$metadata#applications/$entity`, ...applicationShown(value) })
  },
})
