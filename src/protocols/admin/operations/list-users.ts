import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { json } from '#protocols/http/answer.ts'

/** The users of every tenant, oldest first. */
export const listUsers = adminOperation({
  name: 'UserList',
  method: 'GET',
  path: '/users',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context, call) {
    const found = context.identity.index.tenants().flatMap(({ value }) => context.users.all(call, compartmentOfGuid(value.tenantId)))
    return json(200, {
      users: found.map(({ value }) => ({
        name: value.userPrincipalName,
        displayName: value.displayName,
        objectId: value.id,
        enabled: value.enabled,
        createdAt: value.createdAt,
      })),
    })
  },
})
