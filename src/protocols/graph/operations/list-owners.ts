import { ownersOf } from '#domain/identity/owners.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { anyEntity, objectsAt } from '#protocols/graph/directory-objects.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { ownedParams, ownedSet } from '#protocols/graph/owned.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

export const listOwners = graphOperation({
  name: 'DirectoryObjectListOwners',
  method: 'GET',
  path: '/v1.0/{owned}/{id}/owners',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: ownedParams,
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const tenantId = tenantOfCaller(call)
    const owners = await ownersOf(context, call, { tenantId, set: ownedSet(params.owned), id: params.id })
    const found = objectsAt(context, { tenantId, places: owners.map((id, at) => ({ ord: at + 1, id })) })
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: anyEntity,
      found: async filter => found.filter(({ value }) => filter.matches(value)),
    })
  },
})
