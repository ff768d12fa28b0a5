import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const exportDisk = adminOperation({
  name: 'DiskExport',
  method: 'POST',
  path: '/disks/export',
  permissions: ['disk.export'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ id: z.string().min(1, 'id is the ARM id of a disk, or the id or ARN of a volume') }) },
  async handle(_context, call, { site, body }) {
    call.resource = body.id
    return json(200, await site.runtime.exportDisk(body.id))
  },
})
