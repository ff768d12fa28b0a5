import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Where a virtual machine's metadata service listens; whoever reaches it is that machine. */
export const serveMetadata = adminOperation({
  name: 'MachineMetadataServe',
  method: 'POST',
  path: '/machines/metadata',
  permissions: ['machine.serveMetadata'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ id: z.string().min(1, 'id is the ARM id of a virtual machine') }) },
  async handle(_context, call, { site, body }) {
    call.resource = body.id
    return json(200, await site.runtime.serveMetadata(call, body.id))
  },
})
