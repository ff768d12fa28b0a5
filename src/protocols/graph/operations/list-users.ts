import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { User } from '#domain/identity/records.ts'
import type { HeldUser } from '#domain/identity/users.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { userEntity } from '#protocols/graph/entities.ts'
import type { Filter } from '#protocols/graph/filter.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** By principal name one look-up does; every other filter walks the tenant's users. */
export async function matchingUsers(context: Context, call: Call, filter: Filter<User>): Promise<readonly HeldUser[]> {
  const tenantId = tenantOfCaller(call)
  const name = filter.equal('userPrincipalName')
  if (name === undefined) return context.users.all(call, compartmentOfGuid(tenantId), held => filter.matches(held.value))
  const indexed = context.identity.index.userOfName(tenantId, name)
  const held = indexed && (await context.users.get(call, indexed.compartment, indexed.path))
  return held !== undefined && filter.matches(held.value) ? [held] : []
}

export const listUsers = graphOperation({
  name: 'UserList',
  method: 'GET',
  path: '/v1.0/users',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, query, request }) {
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: userEntity,
      found: async filter => matchingUsers(context, call, filter),
    })
  },
})
