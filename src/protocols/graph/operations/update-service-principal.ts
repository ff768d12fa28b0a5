import { z } from 'zod'
import { changePrincipal, foundPrincipal } from '#domain/identity/change-principal.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { describedOf, describing } from '#protocols/graph/shapes.ts'
import { unsetOfPrincipal } from '#protocols/graph/unset.ts'
import { present } from '#protocols/graph/values.ts'
import { empty } from '#protocols/http/answer.ts'

const principalPatch = z.strictObject({
  ...unsetOfPrincipal,
  ...describing,
  accountEnabled: z.boolean().optional(),
  appRoleAssignmentRequired: z.boolean().optional(),
})

export const updateServicePrincipal = graphOperation({
  name: 'ServicePrincipalUpdate',
  method: 'PATCH',
  path: '/v1.0/servicePrincipals/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: principalPatch },
  async handle(context, call, { params, body, permit }) {
    const principal = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { accountEnabled, appRoleAssignmentRequired } = body
    const change = {
      ...present('enabled', accountEnabled),
      ...present('assignmentRequired', appRoleAssignmentRequired),
      described: describedOf(body),
    }
    changePrincipal(context, call, { permit: permit('directory.write'), principal, change })
    call.details.set('appId', principal.value.appId)
    for (const [name, value] of Object.entries({ accountEnabled, appRoleAssignmentRequired }))
      if (value !== undefined) call.details.set(name, String(value))
    return empty(204)
  },
})
