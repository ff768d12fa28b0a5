import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { note } from '#domain/seal/note.ts'
import { json } from '#protocols/http/answer.ts'
import { sealProof } from '#protocols/admin/seal-bodies.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Two entries, as for one that is added. */
export const removeSeal = adminOperation({
  name: 'SealRemove',
  method: 'POST',
  path: '/seals/{id}/remove',
  permissions: ['instance.seal'],
  essential: true,
  scope: () => rootScope,
  params: z.object({ id: z.guid('A seal has a GUID for its id: keystead seal list.') }),
  query: z.object({}),
  body: { json: z.strictObject({ proof: sealProof }) },
  resource: ({ params }) => `/seals/${params.id}`,
  async handle(context, call, { site, params, body }) {
    const removed = await call.once('seal', async () =>
      site.runtime.seals.remove({
        id: params.id,
        proof: body.proof,
        before: async ({ sealId, kind }) =>
          note(context, { operation: 'SealRemoveBegin', resource: `/seals/${sealId}`, details: { seal: kind } }),
      }),
    )
    call.details.set('seal', removed.kind)
    return json(200, removed)
  },
})
