import { z } from 'zod'
import { grantPermission } from '#domain/consent/grants.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { grantEntity, grantIn } from '#protocols/graph/permission-grants.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const createPermissionGrant = graphOperation({
  name: 'PermissionGrantCreate',
  method: 'POST',
  path: '/v1.0/oauth2PermissionGrants',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { json: grantIn },
  async handle(context, call, { site, body, permit }) {
    const { clientId, resourceId, principalId, scope } = body
    const grant = { clientId, resourceId, principalId: principalId ?? undefined, scopes: scope }
    const { value } = grantPermission(context, call, { permit: permit('directory.write'), tenantId: tenantOfCaller(call), grant })
    call.resource = `${site.baseUrl}/v1.0/oauth2PermissionGrants/${value.id}`
    call.details.set('clientId', value.clientId).set('resourceId', value.resourceId).set('scopes', value.scopes.join(' '))
    return madeAnswer(site, grantEntity, value)
  },
})
