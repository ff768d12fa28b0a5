import { changeFederated, federatedOf } from '#domain/federation/application-credentials.ts'
import { applicationById } from '#domain/identity/change-application.ts'
import { Problem } from '#model/problem.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { federatedPatch, ofCredential, termsOf } from '#protocols/graph/federated-bodies.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const updateFederatedCredential = graphOperation({
  name: 'FederatedCredentialUpdate',
  method: 'PATCH',
  path: '/v1.0/applications/{id}/federatedIdentityCredentials/{credential}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: ofCredential,
  query: noQuery,
  body: { json: federatedPatch },
  async handle(context, call, { params, body, permit }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const credential = federatedOf(application, params.credential)
    if (body.name !== undefined && body.name !== credential.name)
      throw new Problem({ code: 'InvalidBody', details: { name: 'name', message: 'the name of a credential is not changed' } })
    changeFederated(context, call, { permit: permit('directory.write'), application, credential, terms: termsOf(body) })
    call.details.set('appId', application.value.appId).set('keyId', credential.id)
    return empty(204)
  },
})
