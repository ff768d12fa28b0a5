import { z } from 'zod'
import { groupById } from '#domain/groups/groups.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { objectsAt } from '#protocols/graph/directory-objects.ts'
import { filterable, property, type Entity } from '#protocols/graph/entity.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller, type GraphSite } from '#protocols/graph/site.ts'

const linkEntity = ({ baseUrl }: GraphSite): Entity<{ readonly id: string }> => ({
  type: 'directoryObject',
  set: '$ref',
  properties: { '@odata.id': property(({ id }) => `${baseUrl}/v1.0/directoryObjects/${id}`), id: filterable(({ id }) => id) },
  show: ({ id }) => ({ '@odata.id': `${baseUrl}/v1.0/directoryObjects/${id}` }),
})

/** The direct members as links alone. */
export const listGroupMemberRefs = graphOperation({
  name: 'GroupMemberListRefs',
  method: 'GET',
  path: '/v1.0/groups/{id}/members/$ref',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({ id: addressed.shape.id }),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const { value: group } = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const places = context.identity.memberships.membersOf(group.id).map(({ ord, value }) => ({ ord, id: value.memberId }))
    const members = objectsAt(context, { tenantId: group.tenantId, places }).map(({ ord, value }) => ({ ord, value: { id: value.id } }))
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: linkEntity(site),
      found: async filter => members.filter(({ value }) => filter.matches(value)),
    })
  },
})
