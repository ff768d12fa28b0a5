import { recordId, type CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { Custody } from './custody.ts'

/** Compartments of one commit. */
const atOnce = 100

/**
 * Ends a rotation of the root key: wraps the keys of every compartment anew, some at a time, then destroys the former root key. Begun again
 * where it was interrupted: what is done says so itself.
 */
export async function rewrapCompartments(
  context: Needs<'ground' | 'store' | 'log'>,
  custody: Pick<Custody, 'barrier' | 'leaving' | 'leaveRoot'>,
  stopped: () => boolean = () => false,
): Promise<void> {
  if (custody.leaving() === undefined) return
  for (;;) {
    const left = await staleCompartments(context, custody)
    const [first] = left
    if (first === undefined) break
    if (stopped()) return
    const end = await performAsSystem(context, {
      operation: 'RootRewrap',
      resource: '/root-key',
      async run(call) {
        for (const compartment of left.slice(0, atOnce)) await rewrap(context, call, { custody, compartment })
        call.details.set('left', Math.max(0, left.length - atOnce).toString())
        return true
      },
    })
    if ('failed' in end) throw end.failed
  }
  custody.leaveRoot()
  await performAsSystem(context, { operation: 'RootRotated', resource: '/root-key', run: async () => Promise.resolve(true) })
}

async function staleCompartments({ store }: Needs<'store'>, { barrier }: Pick<Custody, 'barrier'>): Promise<readonly CompartmentId[]> {
  const rows = await store.compartmentKeys()
  return [...new Set(rows.filter(row => row.rootEpoch !== barrier.rootEpoch()).map(({ compartment }) => compartment))]
}

/** A compartment that is purged meanwhile stays purged: its own change is noted as read. */
async function rewrap(
  { store }: Needs<'store'>,
  call: Call,
  { custody, compartment }: { readonly custody: Pick<Custody, 'barrier'>; readonly compartment: CompartmentId },
): Promise<void> {
  const { barrier } = custody
  call.reads.add(recordId(compartment, '0'.repeat(64)))
  for (const row of await store.compartmentKeys(compartment))
    if (row.rootEpoch !== barrier.rootEpoch()) call.materials.push({ compartmentKey: barrier.rewrapped(row) })
}
