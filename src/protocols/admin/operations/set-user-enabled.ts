import { z } from 'zod'
import { changeUser, foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { tenantOfName, userName } from '#protocols/admin/user-bodies.ts'
import { json } from '#protocols/http/answer.ts'

/** Whoever is disabled is nobody from the next request on; what was signed in before stays ended afterwards. */
export const setUserEnabled = adminOperation({
  name: 'UserSetEnabled',
  method: 'POST',
  path: '/users/enabled',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ name: userName, enabled: z.boolean() }) },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfName(context, site, body.name)
    const user = await foundUser(context, call, { tenantId, idOrName: body.name })
    await changeUser(context, call, { permit: permit('directory.write'), user, change: { enabled: body.enabled } })
    call.resource = `/tenants/${tenantId}/users/${user.value.id} ${user.value.userPrincipalName}`
    call.details.set('enabled', body.enabled.toString())
    return json(200, { name: user.value.userPrincipalName, objectId: user.value.id, enabled: body.enabled })
  },
})
