import { foundPrincipal } from '#domain/identity/change-principal.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { principalEntity } from '#protocols/graph/entities.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { withApplication } from '#protocols/graph/shown-principal.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const getServicePrincipal = graphOperation({
  name: 'ServicePrincipalGet',
  method: 'GET',
  path: '/v1.0/servicePrincipals/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return objectAnswer({ site, query, entity: principalEntity }, withApplication(context, value))
  },
})
