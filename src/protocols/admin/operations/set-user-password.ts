import { z } from 'zod'
import { changeUser, foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { tenantOfName, userName, userPassword } from '#protocols/admin/user-bodies.ts'
import { json } from '#protocols/http/answer.ts'

/** Ends every session and token of the user. */
export const setUserPassword = adminOperation({
  name: 'UserSetPassword',
  method: 'POST',
  path: '/users/password',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ name: userName, password: userPassword, mustChange: z.boolean() }) },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfName(context, site, body.name)
    const user = await foundUser(context, call, { tenantId, idOrName: body.name })
    const change = { password: { text: body.password, mustChange: body.mustChange } }
    await changeUser(context, call, { permit: permit('directory.write'), user, change })
    call.resource = `/tenants/${tenantId}/users/${user.value.id} ${user.value.userPrincipalName}`
    return json(200, { name: user.value.userPrincipalName, objectId: user.value.id })
  },
})
