import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { groupEntity } from '#protocols/graph/entities.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const listGroups = graphOperation({
  name: 'GroupList',
  method: 'GET',
  path: '/v1.0/groups',
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
      entity: groupEntity,
      found: async filter => context.groups.all(call, compartment, held => filter.matches(held.value)),
    })
  },
})
