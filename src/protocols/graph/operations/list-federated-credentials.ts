import { applicationById } from '#domain/identity/change-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { federatedEntity } from '#protocols/graph/federated-bodies.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const listFederatedCredentials = graphOperation({
  name: 'FederatedCredentialList',
  method: 'GET',
  path: '/v1.0/applications/{id}/federatedIdentityCredentials',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const { value } = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const credentials = (value.federatedCredentials ?? []).map((credential, at) => ({ ord: at + 1, value: credential }))
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: federatedEntity(value.id),
      found: async filter => credentials.filter(one => filter.matches(one.value)),
    })
  },
})
