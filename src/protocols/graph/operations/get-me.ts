import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { foundUser } from '#domain/identity/users.ts'
import { userEntity } from '#protocols/graph/entities.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** The user who speaks. An application has no `/me` (identity-and-arm.md 3.5). */
export const getMe = graphOperation({
  name: 'MeGet',
  method: 'GET',
  path: '/v1.0/me',
  permissions: 'authenticated',
  params: z.object({}),
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, query }) {
    if (call.who.kind !== 'user') {
      call.ruling = { allowed: false, because: 'no-user' }
      throw new Problem({ code: 'DirectoryAccessDenied' })
    }
    const { value } = await foundUser(context, call, { tenantId: tenantOfCaller(call), idOrName: call.who.id })
    return objectAnswer({ site, query, entity: userEntity }, value)
  },
})
