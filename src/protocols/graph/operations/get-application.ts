import { applicationById } from '#domain/identity/change-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { applicationEntity } from '#protocols/graph/entities.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const getApplication = graphOperation({
  name: 'ApplicationGet',
  method: 'GET',
  path: '/v1.0/applications/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return objectAnswer({ site, query, entity: applicationEntity }, value)
  },
})
