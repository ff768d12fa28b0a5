import { removeOwner } from '#domain/identity/owners.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { ownedParams, ownedSet, scopeOfOwned } from '#protocols/graph/owned.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { guid } from '#protocols/graph/values.ts'
import { empty } from '#protocols/http/answer.ts'

export const removeOwnerOperation = graphOperation({
  name: 'DirectoryObjectRemoveOwner',
  method: 'DELETE',
  path: '/v1.0/{owned}/{id}/owners/{owner}/$ref',
  permissions: ['directory.write'],
  scope: ({ params }) => scopeOfOwned(params),
  params: ownedParams.extend({ owner: guid }),
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const named = { tenantId: tenantOfCaller(call), set: ownedSet(params.owned), id: params.id }
    await removeOwner(context, call, { ...named, permit: permit('directory.write'), ownerId: params.owner })
    return empty(204)
  },
})
