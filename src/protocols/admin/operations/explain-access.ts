import { z } from 'zod'
import { namesAccountPrincipal } from '#domain/access/account-principal.ts'
import { explainAccount } from '#domain/access/explain-account.ts'
import { explain } from '#domain/access/explain.ts'
import { minimalRole } from '#domain/access/minimal-role.ts'
import { minimalStatement } from '#domain/access/minimal-statement.ts'
import { tryAccountOperations } from '#domain/access/try-account-operations.ts'
import { tryOperations } from '#domain/access/try-operations.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const question = z.strictObject({
  principal: z.string().min(1),
  action: z.string().min(1).optional(),
  scope: z.string().min(1).optional(),
})
const common = {
  method: 'POST',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
} as const

/** Would it be allowed, by what, and what would allow it? Opens nothing. */
export const explainAccess = adminOperation({
  ...common,
  name: 'AccessExplain',
  path: '/access/explain',
  body: { json: question },
  async handle(context, call, { site, body }) {
    const asked = { tenantId: site.runtime.tenantId, ...body }
    return json(
      200,
      namesAccountPrincipal(body.principal) ? await explainAccount(context, call, asked) : await explain(context, call, asked),
    )
  },
})

/** Each operation of the place asked as a dry run. Opens nothing. */
export const tryAccess = adminOperation({
  ...common,
  name: 'AccessTry',
  path: '/access/try',
  body: { json: question },
  async handle(context, call, { site, body }) {
    const asked = { tenantId: site.runtime.tenantId, operations: await site.runtime.operations(), ...body }
    const ask = namesAccountPrincipal(body.principal) ? tryAccountOperations : tryOperations
    return json(200, await ask(context, call, asked))
  },
})

/** The least that would do. Opens nothing. */
export const minimalAccess = adminOperation({
  ...common,
  name: 'AccessMinimal',
  path: '/access/minimal',
  body: { json: question },
  async handle(context, call, { site, body }) {
    const asked = { tenantId: site.runtime.tenantId, operations: await site.runtime.operations(), ...body }
    const ask = namesAccountPrincipal(body.principal) ? minimalStatement : minimalRole
    return json(200, await ask(context, call, asked))
  },
})
