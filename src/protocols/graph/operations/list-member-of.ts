import { rootScope } from '#domain/resources/scopes.ts'
import { cast, inSet } from '#protocols/graph/addressed.ts'
import { anyEntity, objectInSet, objectsAt } from '#protocols/graph/directory-objects.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** Groups that it is itself a member of, in the order in which it joined. */
export const listMemberOf = graphOperation({
  name: 'DirectoryObjectMemberOf',
  method: 'GET',
  path: '/v1.0/{objects}/{id}/memberOf/{cast?}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: inSet.extend({ cast }),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const tenantId = tenantOfCaller(call)
    const object = await objectInSet(context, call, { tenantId, set: params.objects, id: params.id })
    const places = context.identity.memberships.membershipsOf(object.id).map(({ ord, value }) => ({ ord, id: value.groupId }))
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
