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
  body: { optionalJson: z.strictObject({ drainSeconds: z.number().int().min(0).max(3_600, 'drainSeconds is at most 3600') }) },
  async handle(_context, call, { site, body }) {
    if (body !== undefined) call.details.set('drainSeconds', body.drainSeconds.toString())
    const disks = site.runtime.stop(body === undefined ? {} : { drainMs: body.drainSeconds * 1_000 })
    return json(202, { stopping: true, disks })
  },
})
