import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { grantEntity } from '#protocols/graph/permission-grants.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const listPermissionGrants = graphOperation({
  name: 'PermissionGrantList',
  method: 'GET',
  path: '/v1.0/oauth2PermissionGrants',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, query, request }) {
    const compartment = compartmentOfGuid(tenantOfCaller(call))
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: grantEntity,
      found: async filter => context.permissionGrants.all(call, compartment, held => filter.matches(held.value)),
    })
  },
})
