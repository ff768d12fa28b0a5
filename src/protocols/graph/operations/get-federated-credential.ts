import { federatedOf } from '#domain/federation/application-credentials.ts'
import { applicationById } from '#domain/identity/change-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { federatedEntity, ofCredential } from '#protocols/graph/federated-bodies.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const getFederatedCredential = graphOperation({
  name: 'FederatedCredentialGet',
  method: 'GET',
  path: '/v1.0/applications/{id}/federatedIdentityCredentials/{credential}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: ofCredential,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const credential = federatedOf(application, params.credential)
    return objectAnswer({ site, query, entity: federatedEntity(application.value.id) }, credential)
  },
})
