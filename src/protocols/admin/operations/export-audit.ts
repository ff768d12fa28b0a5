import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const count = z
  .string()
  .regex(/^\d{1,15}$/, 'is a number')
  .transform(Number)

/** Where an export begins and ends: what is signed by now, and what a verifier starts from. */
export const exportAudit = adminOperation({
  name: 'AuditExport',
  method: 'GET',
  path: '/audit/export',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({ since: count.optional() }),
  body: { none: true },
  async handle(_context, _call, { site, query }) {
    return json(200, await site.runtime.audit.exportHead(query.since))
  },
})

/** Some batches of the log, and their rows, each with the salt of its hash. */
export const exportAuditPage = adminOperation({
  name: 'AuditExportPage',
  method: 'GET',
  path: '/audit/export/{from}',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({ from: count }),
  query: z.object({ size: count }),
  body: { none: true },
  async handle(_context, _call, { site, params, query }) {
    return json(200, await site.runtime.audit.exportPage({ from: params.from, size: query.size }))
  },
})
