import { z } from 'zod'
import { enablePrincipal, foundPrincipal } from '#domain/identity/change-principal.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const updateServicePrincipal = graphOperation({
  name: 'ServicePrincipalUpdate',
  method: 'PATCH',
  path: '/v1.0/servicePrincipals/{id}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { json: z.strictObject({ accountEnabled: z.boolean() }) },
  async handle(context, call, { params, body, permit }) {
    const principal = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    enablePrincipal(context, call, { permit: permit('directory.write'), principal, enabled: body.accountEnabled })
    call.details.set('appId', principal.value.appId).set('accountEnabled', body.accountEnabled.toString())
    return empty(204)
  },
})
