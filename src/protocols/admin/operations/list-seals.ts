import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const listSeals = adminOperation({
  name: 'SealList',
  method: 'GET',
  path: '/seals',
  permissions: ['instance.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    return json(200, site.runtime.seals.list())
  },
})
