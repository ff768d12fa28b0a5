import { withoutPassword } from '#domain/identity/change-application.ts'
import { foundPrincipal } from '#domain/identity/change-principal.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { passwordOut } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const removeServicePrincipalPassword = graphOperation({
  name: 'ServicePrincipalRemovePassword',
  method: 'POST',
  path: '/v1.0/servicePrincipals/{id}/removePassword',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: passwordOut },
  async handle(context, call, { params, body }) {
    const principal = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { value } = principal
    const passwordCredentials = withoutPassword(value.passwordCredentials, body.keyId)
    context.servicePrincipals.update(call, principal, { ...value, passwordCredentials })
    call.details.set('appId', value.appId).set('keyId', body.keyId)
    return empty(204)
  },
})
