import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Every chunk of a disk and every object's bytes that a record names: is it there, whole, and its own? */
export const checkBytes = adminOperation({
  name: 'InstanceBytesCheck',
  method: 'POST',
  path: '/bytes/check',
  permissions: ['instance.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    return json(200, await site.runtime.checkBytes())
  },
})
