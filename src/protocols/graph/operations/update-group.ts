import { changeGroup, groupById } from '#domain/groups/groups.ts'
import { addMember } from '#domain/groups/members.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { groupPatch } from '#protocols/graph/group-bodies.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** What is not given stays; members that are bound are added to those that there are. */
export const updateGroup = graphOperation({
  name: 'GroupUpdate',
  method: 'PATCH',
  path: '/v1.0/groups/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'groups', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: groupPatch },
  async handle(context, call, { params, body, permit }) {
    const given = permit('directory.write')
    const group = await groupById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const { displayName, mailNickname, description } = body
    const change = {
      ...(displayName !== undefined && { displayName }),
      ...(mailNickname !== undefined && { mailNickname }),
      ...(description !== undefined && { description }),
    }
    if (Object.keys(change).length > 0) changeGroup(context, call, { permit: given, group, change })
    for (const memberId of body['members@odata.bind'] ?? []) await addMember(context, call, { permit: given, group, memberId })
    call.details.set('members', Object.keys(body).sort().join(' '))
    return empty(204)
  },
})
