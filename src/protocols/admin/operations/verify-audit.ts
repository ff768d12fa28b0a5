import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const verifyAudit = adminOperation({
  name: 'AuditVerify',
  method: 'POST',
  path: '/audit/verify',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { optionalJson: z.strictObject({ records: z.boolean() }) },
  async handle(_context, _call, { site, body }) {
    return json(200, await site.runtime.audit.verify(body ?? { records: true }))
  },
})
