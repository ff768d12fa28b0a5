import { changeUser, foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { named, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { userChangeOf, userPatch } from '#protocols/graph/user-shapes.ts'
import { empty } from '#protocols/http/answer.ts'

/** What is not given stays. A new password, or being disabled, ends every session and token of the user. */
export const updateUser = graphOperation({
  name: 'UserUpdate',
  method: 'PATCH',
  path: '/v1.0/users/{idOrName}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: named,
  query: noQuery,
  body: { json: userPatch },
  async handle(context, call, { params, body, permit }) {
    const user = await foundUser(context, call, { tenantId: tenantOfCaller(call), ...params })
    await changeUser(context, call, { permit: permit('directory.write'), user, change: userChangeOf(body) })
    call.details.set('oid', user.value.id).set('members', Object.keys(body).sort().join(' '))
    return empty(204)
  },
})
