import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const stop = adminOperation({
  name: 'InstanceStop',
  method: 'POST',
  path: '/stop',
  permissions: ['instance.operate'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    site.runtime.stop()
    return json(202, { stopping: true })
  },
})
