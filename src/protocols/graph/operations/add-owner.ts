import { addOwner } from '#domain/identity/owners.ts'
import { noQuery, referenceBody } from '#protocols/graph/addressed.ts'
import { ownedParams, ownedSet, scopeOfOwned } from '#protocols/graph/owned.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const addOwnerOperation = graphOperation({
  name: 'DirectoryObjectAddOwner',
  method: 'POST',
  path: '/v1.0/{owned}/{id}/owners/$ref',
  permissions: ['directory.write'],
  scope: ({ params }) => scopeOfOwned(params),
  params: ownedParams,
  query: noQuery,
  body: { json: referenceBody },
  async handle(context, call, { params, body, permit }) {
    const named = { tenantId: tenantOfCaller(call), set: ownedSet(params.owned), id: params.id }
    await addOwner(context, call, { ...named, permit: permit('directory.write'), ownerId: body['@odata.id'] })
    return empty(204)
  },
})
