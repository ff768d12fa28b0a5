import { z } from 'zod'
import { changePrincipal, createPrincipal } from '#domain/identity/change-principal.ts'
import { newOwners } from '#domain/identity/owners.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { bound, noQuery } from '#protocols/graph/addressed.ts'
import { principalEntity } from '#protocols/graph/entities.ts'
import { describedOf, describing } from '#protocols/graph/shapes.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { unsetOfPrincipal } from '#protocols/graph/unset.ts'
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
  body: {
    json: z.strictObject({
      ...unsetOfPrincipal,
      ...describing,
      appId: guid,
      accountEnabled: z.boolean().nullish(),
      appRoleAssignmentRequired: z.boolean().nullish(),
      'owners@odata.bind': bound.optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const given = permit('directory.create')
    const tenantId = tenantOfCaller(call)
    const owners = await newOwners(context, call, { tenantId, ids: body['owners@odata.bind'] ?? [] })
    const made = createPrincipal(context, call, { permit: given, tenantId, appId: body.appId, owners })
    const { accountEnabled, appRoleAssignmentRequired } = body
    const change = {
      ...present('enabled', accountEnabled),
      ...present('assignmentRequired', appRoleAssignmentRequired),
      described: describedOf(body),
    }
    const { value } = changePrincipal(context, call, { permit: given, principal: made, change })
    call.resource = `${site.baseUrl}/v1.0/servicePrincipals/${value.id}`
    call.details.set('appId', value.appId)
    return madeAnswer(site, principalEntity, withApplication(context, value))
  },
})
