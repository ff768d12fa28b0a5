import { z } from 'zod'
import { json } from '#protocols/http/answer.ts'
import { metadataOperation } from '#protocols/imds/site.ts'

/** In whose directory the machine's identities are. */
export const getIdentityInfo = metadataOperation({
  name: 'MachineIdentityInfoGet',
  method: 'GET',
  path: '/metadata/identity/info',
  permissions: 'public',
  open: true,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    return json(200, { tenantId: site.machine.value.tenantId })
  },
})
