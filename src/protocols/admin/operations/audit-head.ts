import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const auditHead = adminOperation({
  name: 'AuditHead',
  method: 'GET',
  path: '/audit/head',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    return json(200, await site.runtime.audit.head())
  },
})
