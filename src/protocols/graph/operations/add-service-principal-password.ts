import { Problem } from '#model/problem.ts'
import { checkRoom } from '#domain/identity/change-application.ts'
import { foundPrincipal } from '#domain/identity/change-principal.ts'
import { newPassword } from '#domain/identity/client-secrets.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { passwordIn, passwordShown, passwordWanted } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** A secret of the principal itself, beside those of its application. The only answer that ever shows it. */
export const addServicePrincipalPassword = graphOperation({
  name: 'ServicePrincipalAddPassword',
  method: 'POST',
  path: '/v1.0/servicePrincipals/{id}/addPassword',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { optionalJson: passwordIn },
  async handle(context, call, { site, params, body }) {
    const principal = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { value } = principal
    if (value.kind === 'managedIdentity')
      throw new Problem({ code: 'Conflict', details: { message: 'Nobody signs in as a managed identity: it has no credentials.' } })
    checkRoom(value.passwordCredentials)
    const { credential, secretText } = await newPassword(context, call, { ...passwordWanted(body), tenantId: value.tenantId })
    context.servicePrincipals.update(call, principal, { ...value, passwordCredentials: [...value.passwordCredentials, credential] })
    call.details.set('appId', value.appId).set('keyId', credential.keyId)
    const shown = passwordShown(credential, secretText)
    return json(200, { '@odata.context': `${site.baseUrl}/v1.0/$metadata#microsoft.graph.passwordCredential`, ...shown })
  },
})
