import { applicationById, checkRoom } from '#domain/identity/change-application.ts'
import { addPassword } from '#domain/identity/directory.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { passwordIn, passwordShown, passwordWanted } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** The only answer that ever shows the secret. */
export const addApplicationPassword = graphOperation({
  name: 'ApplicationAddPassword',
  method: 'POST',
  path: '/v1.0/applications/{id}/addPassword',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { optionalJson: passwordIn },
  async handle(context, call, { site, params, body }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    checkRoom(application.value.passwordCredentials)
    const { credential, secretText } = await addPassword(context, call, application, passwordWanted(body))
    call.details.set('appId', application.value.appId).set('keyId', credential.keyId)
    const shown = passwordShown(credential, secretText)
    return json(200, { '@odata.context': `${site.baseUrl}/v1.0/$metadata#microsoft.graph.passwordCredential`, ...shown })
  },
})
