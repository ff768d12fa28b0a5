import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** The emergency seal. It begins when this entry is durable and answered, for it waits for whoever was let in. */
export const sealInstance = adminOperation({
  name: 'InstanceSeal',
  method: 'POST',
  path: '/seal',
  permissions: ['instance.seal'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    site.runtime.sealNow()
    return json(202, { sealing: true })
  },
})
