import { z } from 'zod'
import { removeGroup } from '#domain/groups/groups.ts'
import { groupNamed } from '#domain/groups/named-object.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const removeGroupOperation = adminOperation({
  name: 'GroupRemove',
  method: 'POST',
  path: '/groups/remove',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ group: z.string().min(1, 'a group has a name') }) },
  async handle(context, call, { site, body, permit }) {
    const { tenantId } = site.runtime
    const group = groupNamed(context, call, { tenantId, name: body.group })
    removeGroup(context, call, { permit: permit('directory.write'), group })
    const { id, displayName } = group.value
    call.resource = `/tenants/${tenantId}/groups/${id} ${displayName}`
    return json(200, { name: displayName, objectId: id })
  },
})
