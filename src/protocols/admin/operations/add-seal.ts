import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { note } from '#domain/seal/note.ts'
import { json } from '#protocols/http/answer.ts'
import { newSeal, sealProof } from '#protocols/admin/seal-bodies.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Two entries: SealAddBegin before anything is written, so that no crash leaves a seal that the audit does not know, and its own. */
export const addSeal = adminOperation({
  name: 'SealAdd',
  method: 'POST',
  path: '/seals',
  permissions: ['instance.seal'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ seal: newSeal, proof: sealProof }) },
  async handle(context, call, { site, body }) {
    const added = await call.once('seal', async () =>
      site.runtime.seals.add({
        ...body,
        before: async ({ sealId, kind }) =>
          note(context, { operation: 'SealAddBegin', resource: `/seals/${sealId}`, details: { seal: kind } }),
      }),
    )
    call.resource = `/seals/${added.id}`
    call.details.set('seal', added.kind)
    return json(201, added)
  },
})
