import { z } from 'zod'
import { addMember, removeMember } from '#domain/groups/members.ts'
import { groupNamed, memberNamed } from '#domain/groups/named-object.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const name = z.string().min(1, 'a name has 1 to 256 characters').max(256, 'a name has 1 to 256 characters')

/** Into a group, or out of it: it counts at the next request. */
export const changeGroupMember = adminOperation({
  name: 'GroupChangeMember',
  method: 'POST',
  path: '/groups/members',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ group: name, member: name, how: z.enum(['add', 'remove'], 'how is add or remove') }) },
  async handle(context, call, { site, body, permit }) {
    const { tenantId } = site.runtime
    const group = groupNamed(context, call, { tenantId, name: body.group })
    const memberId = memberNamed(context, call, { tenantId, name: body.member })
    call.resource = `/tenants/${tenantId}/groups/${group.value.id} ${group.value.displayName}`
    call.details.set('how', body.how)
    const change = { permit: permit('directory.write'), group, memberId }
    if (body.how === 'add') await addMember(context, call, change)
    else await removeMember(context, call, change)
    return json(200, { group: group.value.displayName, groupId: group.value.id, objectId: memberId })
  },
})
