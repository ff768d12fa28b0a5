import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const listGroups = adminOperation({
  name: 'GroupListAll',
  method: 'GET',
  path: '/groups',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context, call, { site }) {
    const { memberships, index } = context.identity
    // Whoever is deleted and can be had back is no member meanwhile.
    const isThere = (tenantId: string, id: string): boolean =>
      (index.user(tenantId, id) ?? index.servicePrincipal(tenantId, id) ?? memberships.group(id)) !== undefined
    const groups = context.groups.all(call, compartmentOfGuid(site.runtime.tenantId)).map(({ value }) => ({
      name: value.displayName,
      objectId: value.id,
      members: memberships
        .membersOf(value.id)
        .filter(({ value: { memberId } }) => isThere(value.tenantId, memberId))
        .map(({ value: { memberId, memberKind } }) => ({ objectId: memberId, kind: memberKind })),
    }))
    return json(200, { groups })
  },
})
