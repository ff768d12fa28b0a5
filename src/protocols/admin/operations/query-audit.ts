import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const count = z
  .string()
  .regex(/^\d{1,15}$/, 'is a number')
  .transform(Number)

/** Rows oldest first, all of them unless a limit is asked for (security-and-reliability.md 4.2). */
export const queryAudit = adminOperation({
  name: 'AuditQuery',
  method: 'GET',
  path: '/audit',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({
    since: count.optional(),
    resource: z.string().optional(),
    principal: z.string().optional(),
    denied: z.literal('true').optional(),
    limit: count.optional(),
  }),
  body: { none: true },
  async handle(_context, _call, { site, query }) {
    const { denied, since, resource, principal, limit } = query
    const rows = await site.runtime.audit.query({
      ...(since !== undefined && { since }),
      ...(resource !== undefined && { resource }),
      ...(principal !== undefined && { principal }),
      ...(limit !== undefined && { limit }),
      denied: denied !== undefined,
    })
    return json(200, { rows })
  },
})
