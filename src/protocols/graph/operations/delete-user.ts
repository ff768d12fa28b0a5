import { deleteUser, foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { named, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** At once; `/directory/deletedItems` has it for thirty days. */
export const deleteUserOperation = graphOperation({
  name: 'UserDelete',
  method: 'DELETE',
  path: '/v1.0/users/{idOrName}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: named,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const user = await foundUser(context, call, { tenantId: tenantOfCaller(call), ...params })
    await deleteUser(context, call, { permit: permit('directory.write'), user })
    call.details.set('oid', user.value.id).set('userPrincipalName', user.value.userPrincipalName)
    return empty(204)
  },
})
