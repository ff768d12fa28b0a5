import { z } from 'zod'
import { namesAccountPrincipal } from '#domain/access/account-principal.ts'
import { explainAccount } from '#domain/access/explain-account.ts'
import { explain } from '#domain/access/explain.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Would it be allowed, by what, and what would allow it? Opens nothing. */
export const explainAccess = adminOperation({
  name: 'AccessExplain',
  method: 'POST',
  path: '/access/explain',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({ principal: z.string().min(1), action: z.string().min(1).optional(), scope: z.string().min(1).optional() }),
  },
  async handle(context, call, { site, body }) {
    const asked = { tenantId: site.runtime.tenantId, ...body }
    return json(
      200,
      namesAccountPrincipal(body.principal) ? await explainAccount(context, call, asked) : await explain(context, call, asked),
    )
  },
})
