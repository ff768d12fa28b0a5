import { groupById, removeGroup } from '#domain/groups/groups.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** What its members had through it ends with the next request. */
export const deleteGroup = graphOperation({
  name: 'GroupDelete',
  method: 'DELETE',
  path: '/v1.0/groups/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'groups', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const group = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    removeGroup(context, call, { permit: permit('directory.write'), group })
    call.details.set('displayName', group.value.displayName)
    return empty(204)
  },
})
