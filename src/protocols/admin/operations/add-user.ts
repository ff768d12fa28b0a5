import { z } from 'zod'
import { createUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { tenantOfName, userName, userPassword } from '#protocols/admin/user-bodies.ts'
import { json } from '#protocols/http/answer.ts'

/** A user of the tenant whose domain the name ends in. */
export const addUser = adminOperation({
  name: 'UserAdd',
  method: 'POST',
  path: '/users',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      name: userName,
      displayName: z
        .string()
        .min(1, 'a display name has 1 to 256 characters')
        .max(256, 'a display name has 1 to 256 characters')
        .optional(),
      password: userPassword,
      mustChange: z.boolean(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfName(context, site, body.name)
    const [local = ''] = body.name.split('@')
    const { value } = await createUser(context, call, {
      permit: permit('directory.write'),
      tenantId,
      user: {
        userPrincipalName: body.name,
        displayName: body.displayName ?? local,
        mailNickname: local,
        enabled: true,
        password: { text: body.password, mustChange: body.mustChange },
      },
    })
    call.resource = `/tenants/${tenantId}/users/${value.id} ${value.userPrincipalName}`
    return json(201, { name: value.userPrincipalName, displayName: value.displayName, objectId: value.id })
  },
})
