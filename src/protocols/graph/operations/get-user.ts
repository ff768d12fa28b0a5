import { foundUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { named } from '#protocols/graph/addressed.ts'
import { userEntity } from '#protocols/graph/entities.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** By object id or principal name. */
export const getUser = graphOperation({
  name: 'UserGet',
  method: 'GET',
  path: '/v1.0/users/{idOrName}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: named,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await foundUser(context, call, { tenantId: tenantOfCaller(call), ...params })
    return objectAnswer({ site, query, entity: userEntity }, value)
  },
})
