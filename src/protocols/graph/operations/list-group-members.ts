import { groupById } from '#domain/groups/groups.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, cast } from '#protocols/graph/addressed.ts'
import { anyEntity, objectsAt } from '#protocols/graph/directory-objects.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** Direct members, in the order in which they were added. */
export const listGroupMembers = graphOperation({
  name: 'GroupMemberList',
  method: 'GET',
  path: '/v1.0/groups/{id}/members/{cast?}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed.extend({ cast }),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const tenantId = tenantOfCaller(call)
    const { value: group } = await groupById(context, call, { tenantId, id: params.id })
    const places = context.identity.memberships.membersOf(group.id).map(({ ord, value }) => ({ ord, id: value.memberId }))
    const found = objectsAt(context, { tenantId, places, type: params.cast })
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: anyEntity,
      found: async filter => found.filter(({ value }) => filter.matches(value)),
    })
  },
})
