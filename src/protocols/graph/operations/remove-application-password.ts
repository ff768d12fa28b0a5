import { applicationById, withoutPassword } from '#domain/identity/change-application.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { passwordOut } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** Tokens that the secret was shown for count no more. */
export const removeApplicationPassword = graphOperation({
  name: 'ApplicationRemovePassword',
  method: 'POST',
  path: '/v1.0/applications/{id}/removePassword',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: passwordOut },
  async handle(context, call, { params, body }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { value } = application
    const passwordCredentials = withoutPassword(value.passwordCredentials, body.keyId)
    context.applications.update(call, application, { ...value, passwordCredentials })
    call.details.set('appId', value.appId).set('keyId', body.keyId)
    return empty(204)
  },
})
