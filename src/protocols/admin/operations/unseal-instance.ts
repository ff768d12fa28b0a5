import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { Problem } from '#model/problem.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Of an instance that is not sealed; that of a sealed one is in sealed.ts. What was shown is not looked at. */
export const unsealInstance = adminOperation({
  name: 'InstanceUnseal',
  method: 'POST',
  path: '/unseal',
  permissions: ['instance.seal'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle() {
    throw new Problem({ code: 'Conflict', details: { message: 'Keystead is not sealed.' } })
  },
})
