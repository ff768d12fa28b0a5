import { federatedOf, removeFederated } from '#domain/federation/application-credentials.ts'
import { applicationById } from '#domain/identity/change-application.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { ofCredential } from '#protocols/graph/federated-bodies.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** Tokens that were given for it count no more. */
export const deleteFederatedCredential = graphOperation({
  name: 'FederatedCredentialDelete',
  method: 'DELETE',
  path: '/v1.0/applications/{id}/federatedIdentityCredentials/{credential}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: ofCredential,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const credential = federatedOf(application, params.credential)
    removeFederated(context, call, { permit: permit('directory.write'), application, credential })
    call.details.set('appId', application.value.appId).set('keyId', credential.id)
    return empty(204)
  },
})
