import { groupById } from '#domain/groups/groups.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { groupEntity } from '#protocols/graph/entities.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const getGroup = graphOperation({
  name: 'GroupGet',
  method: 'GET',
  path: '/v1.0/groups/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return objectAnswer({ site, query, entity: groupEntity }, value)
  },
})
