import { addFederated } from '#domain/federation/application-credentials.ts'
import { applicationById } from '#domain/identity/change-application.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { federatedEntity, federatedIn } from '#protocols/graph/federated-bodies.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const createFederatedCredential = graphOperation({
  name: 'FederatedCredentialCreate',
  method: 'POST',
  path: '/v1.0/applications/{id}/federatedIdentityCredentials',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: federatedIn },
  async handle(context, call, { site, params, body, permit }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { name, issuer, subject, audiences, description } = body
    const terms = { issuer, subject, audiences, description: description ?? undefined }
    const credential = addFederated(context, call, { permit: permit('directory.write'), application, name, terms })
    const { appId, id } = application.value
    call.details.set('appId', appId).set('issuer', issuer).set('subject', subject)
    return madeAnswer(site, federatedEntity(id), credential)
  },
})
