import { deletePrincipal, foundPrincipal } from '#domain/identity/change-principal.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const deleteServicePrincipal = graphOperation({
  name: 'ServicePrincipalDelete',
  method: 'DELETE',
  path: '/v1.0/servicePrincipals/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const principal = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    deletePrincipal(context, call, { permit: permit('directory.write'), principal })
    call.details.set('appId', principal.value.appId)
    return empty(204)
  },
})
