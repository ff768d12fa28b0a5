import { foundUser, revokeSignIns } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { named, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** Signs a user out everywhere, from the next request on. */
export const revokeSignInSessions = graphOperation({
  name: 'UserRevokeSignInSessions',
  method: 'POST',
  path: '/v1.0/users/{idOrName}/revokeSignInSessions',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: named,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const user = await foundUser(context, call, { tenantId: tenantOfCaller(call), ...params })
    revokeSignIns(context, call, { permit: permit('directory.write'), user })
    call.details.set('oid', user.value.id)
    return json(200, { '@odata.context': `${site.baseUrl}/v1.0/$metadata#Edm.Boolean`, value: true })
  },
})
