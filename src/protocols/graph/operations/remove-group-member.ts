import { groupById } from '#domain/groups/groups.ts'
import { removeMember } from '#domain/groups/members.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { guid } from '#protocols/graph/values.ts'
import { empty } from '#protocols/http/answer.ts'

export const removeGroupMember = graphOperation({
  name: 'GroupMemberRemove',
  method: 'DELETE',
  path: '/v1.0/groups/{id}/members/{member}/$ref',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'groups', id: params.id }),
  params: addressed.extend({ member: guid }),
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const group = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    await removeMember(context, call, { permit: permit('directory.write'), group, memberId: params.member })
    return empty(204)
  },
})
