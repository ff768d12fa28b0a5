import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { foundUser } from '#domain/identity/users.ts'
import { subjectOf } from '#domain/sign-in/user-tokens.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** OpenID Connect Core 5.3: `sub` is the one of the client's own id token. */
export const getUserInfo = graphOperation({
  name: 'UserInfoGet',
  method: 'GET',
  path: '/oidc/userinfo',
  permissions: 'authenticated',
  params: z.object({}),
  query: noQuery,
  body: { none: true },
  async handle(context, call) {
    const { who } = call
    if (who.kind !== 'user') {
      call.ruling = { allowed: false, because: 'no-user' }
      throw new Problem({ code: 'DirectoryAccessDenied' })
    }
    const { value } = await foundUser(context, call, { tenantId: tenantOfCaller(call), idOrName: who.id })
    const { givenName, surname } = value.profile
    return json(200, {
      sub: subjectOf(context, value, who.appId ?? ''),
      name: value.displayName,
      ...(givenName !== undefined && { given_name: givenName }),
      ...(surname !== undefined && { family_name: surname }),
      ...(value.mail !== undefined && { email: value.mail }),
    })
  },
})
