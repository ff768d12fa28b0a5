import { grantById } from '#domain/consent/grants.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { grantEntity } from '#protocols/graph/permission-grants.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const getPermissionGrant = graphOperation({
  name: 'PermissionGrantGet',
  method: 'GET',
  path: '/v1.0/oauth2PermissionGrants/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await grantById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return objectAnswer({ site, query, entity: grantEntity }, value)
  },
})
