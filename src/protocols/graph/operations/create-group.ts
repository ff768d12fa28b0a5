import { z } from 'zod'
import { createGroup } from '#domain/groups/groups.ts'
import { addMember } from '#domain/groups/members.ts'
import { addOwner } from '#domain/identity/owners.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { groupEntity } from '#protocols/graph/entities.ts'
import { groupIn } from '#protocols/graph/group-bodies.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** A security group, with the members and owners that the body binds. */
export const createGroupOperation = graphOperation({
  name: 'GroupCreate',
  method: 'POST',
  path: '/v1.0/groups',
  permissions: ['directory.createGroup'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { json: groupIn },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfCaller(call)
    const given = permit('directory.createGroup')
    const { displayName, mailNickname, description } = body
    const wanted = { displayName, mailNickname, ...(description !== undefined && { description }) }
    const group = createGroup(context, call, { permit: given, tenantId, group: wanted })
    const { id } = group.value
    for (const memberId of body['members@odata.bind'] ?? []) await addMember(context, call, { permit: given, group, memberId })
    for (const ownerId of new Set(body['owners@odata.bind']))
      if (!group.value.owners.includes(ownerId)) await addOwner(context, call, { permit: given, tenantId, set: 'groups', id, ownerId })
    call.resource = `${site.baseUrl}/v1.0/groups/${id}`
    call.details.set('displayName', displayName)
    return madeAnswer(site, groupEntity, group.value)
  },
})
