import { grantById, removeGrant } from '#domain/consent/grants.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const deletePermissionGrant = graphOperation({
  name: 'PermissionGrantDelete',
  method: 'DELETE',
  path: '/v1.0/oauth2PermissionGrants/{id}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const grant = await grantById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    removeGrant(context, call, { permit: permit('directory.write'), grant })
    return empty(204)
  },
})
