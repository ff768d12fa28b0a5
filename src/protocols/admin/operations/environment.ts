import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** What a client behind the proxy needs; in the local profile the administrator's secret too (people.md 0.2). */
export const environment = adminOperation({
  name: 'InstanceEnvironment',
  method: 'GET',
  path: '/environment',
  permissions: ['instance.operate'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    return json(200, await site.runtime.environment())
  },
})
