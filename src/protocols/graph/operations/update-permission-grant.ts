import { changeGrant, grantById } from '#domain/consent/grants.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { grantPatch } from '#protocols/graph/permission-grants.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const updatePermissionGrant = graphOperation({
  name: 'PermissionGrantUpdate',
  method: 'PATCH',
  path: '/v1.0/oauth2PermissionGrants/{id}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { json: grantPatch },
  async handle(context, call, { params, body, permit }) {
    const grant = await grantById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    changeGrant(context, call, { permit: permit('directory.write'), grant, scopes: body.scope })
    call.details.set('scopes', body.scope.join(' '))
    return empty(204)
  },
})
