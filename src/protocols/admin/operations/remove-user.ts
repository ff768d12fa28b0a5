import { z } from 'zod'
import { deleteUser, foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { tenantOfName, userName } from '#protocols/admin/user-bodies.ts'
import { json } from '#protocols/http/answer.ts'

/** At once; Graph's `/directory/deletedItems` has it for thirty days. */
export const removeUser = adminOperation({
  name: 'UserRemove',
  method: 'POST',
  path: '/users/remove',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ name: userName }) },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfName(context, site, body.name)
    const user = await foundUser(context, call, { tenantId, idOrName: body.name })
    await deleteUser(context, call, { permit: permit('directory.write'), user })
    call.resource = `/tenants/${tenantId}/users/${user.value.id} ${user.value.userPrincipalName}`
    return json(200, { name: user.value.userPrincipalName, objectId: user.value.id })
  },
})
