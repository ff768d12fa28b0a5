import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { compartmentNamed } from '#domain/seal/named-compartment.ts'
import { note } from '#domain/seal/note.ts'
import { rotateCompartment as rotate, rotationsOf } from '#domain/seal/rotate-compartment.ts'
import { json } from '#protocols/http/answer.ts'
import { sealProof } from '#protocols/admin/seal-bodies.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const common = { method: 'POST', scope: () => rootScope, params: z.object({}), query: z.object({}) } as const

/** Two entries, as for a seal; the keys of compartments are wrapped anew after the answer, each step with its entry. */
export const rotateRoot = adminOperation({
  ...common,
  name: 'RootRotate',
  path: '/root-key/rotate',
  permissions: ['instance.seal'],
  body: { json: z.strictObject({ proofs: z.array(sealProof).min(1).max(10), dropped: z.array(z.guid()).max(10).default([]) }) },
  resource: () => '/root-key',
  async handle(context, call, { site, body }) {
    const turned = await call.once('root', async () =>
      site.runtime.rootKey.rotate({
        ...body,
        before: async rootEpoch =>
          note(context, { operation: 'RootRotateBegin', resource: '/root-key', details: { rootEpoch: rootEpoch.toString() } }),
      }),
    )
    call.details.set('rootEpoch', turned.rootEpoch.toString())
    return json(200, turned)
  },
})

export const rotateCompartment = adminOperation({
  ...common,
  name: 'CompartmentRotate',
  path: '/compartments/rotate',
  permissions: ['instance.operate'],
  body: { json: z.strictObject({ name: z.string().min(1).max(256) }) },
  async handle(context, call, { body, permit }) {
    const compartment = await compartmentNamed(context, call, body.name)
    const job = await rotate(context, call, { permit: permit('instance.operate'), compartment })
    call.resource = `/compartments/${compartment}`
    return json(202, { job: job.value.id, name: body.name, term: Number(job.value.input['term']) })
  },
})

/** What is rotated now, and what was lately. */
export const listRotations = adminOperation({
  ...common,
  method: 'GET',
  name: 'RotationList',
  path: '/rotations',
  permissions: ['instance.read'],
  body: { none: true },
  async handle(context, _call, { site }) {
    return json(200, { root: site.runtime.rootKey.standing(), compartments: rotationsOf(context) })
  },
})
