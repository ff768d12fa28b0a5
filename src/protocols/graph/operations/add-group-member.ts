import { groupById } from '#domain/groups/groups.ts'
import { addMember } from '#domain/groups/members.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery, referenceBody } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

export const addGroupMember = graphOperation({
  name: 'GroupMemberAdd',
  method: 'POST',
  path: '/v1.0/groups/{id}/members/$ref',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'groups', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: referenceBody },
  async handle(context, call, { params, body, permit }) {
    const group = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    await addMember(context, call, { permit: permit('directory.write'), group, memberId: body['@odata.id'] })
    return empty(204)
  },
})
