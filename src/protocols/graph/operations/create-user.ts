import { z } from 'zod'
import { createUser } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { userEntity } from '#protocols/graph/entities.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { newUserOf, userIn } from '#protocols/graph/user-shapes.ts'

/** The password goes in and never comes out. */
export const createUserOperation = graphOperation({
  name: 'UserCreate',
  method: 'POST',
  path: '/v1.0/users',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { json: userIn },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfCaller(call)
    const { value } = await createUser(context, call, { permit: permit('directory.write'), tenantId, user: newUserOf(body) })
    call.resource = `${site.baseUrl}/v1.0/users/${value.id}`
    call.details.set('userPrincipalName', value.userPrincipalName)
    return madeAnswer(site, userEntity, value)
  },
})
