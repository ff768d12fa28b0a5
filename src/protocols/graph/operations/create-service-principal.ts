import { z } from 'zod'
import { changePrincipal, createPrincipal } from '#domain/identity/change-principal.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { principalEntity } from '#protocols/graph/entities.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { guid, present } from '#protocols/graph/values.ts'
import { withApplication } from '#protocols/graph/shown-principal.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const createServicePrincipal = graphOperation({
  name: 'ServicePrincipalCreate',
  method: 'POST',
  path: '/v1.0/servicePrincipals',
  permissions: ['directory.create'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { json: z.strictObject({ appId: guid, accountEnabled: z.boolean().nullish(), appRoleAssignmentRequired: z.boolean().nullish() }) },
  async handle(context, call, { site, body, permit }) {
    const given = permit('directory.create')
    const made = createPrincipal(context, call, { permit: given, tenantId: tenantOfCaller(call), appId: body.appId })
    const change = { ...present('enabled', body.accountEnabled), ...present('assignmentRequired', body.appRoleAssignmentRequired) }
    const { value } = Object.keys(change).length === 0 ? made : changePrincipal(context, call, { permit: given, principal: made, change })
    call.resource = `${site.baseUrl}/v1.0/servicePrincipals/${value.id}`
    call.details.set('appId', value.appId)
    return madeAnswer(site, principalEntity, withApplication(context, value))
  },
})
