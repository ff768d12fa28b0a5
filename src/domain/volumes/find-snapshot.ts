import type { Problem } from '#model/problem.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Snapshot } from './snapshot-records.ts'
import { invalidVolume } from './volume-types.ts'

export type HeldSnapshot = Held<Snapshot, readonly [id: string]>
export type FindingSnapshots = Needs<'snapshots' | 'accountRegions' | 'instance'>

const snapshotId = /^snap-[0-9a-f]{8}(?:[0-9a-f]{9})?$/

/** Raises `VolumeInvalid`. */
export function assertSnapshotId(id: string): void {
  if (!snapshotId.test(id)) throw invalidVolume('snapshotId', `Invalid id: "${id}" (expecting "snap-...")`)
}

/** Notes it, found or not. */
export async function snapshotById(
  context: FindingSnapshots,
  call: Call,
  { id, ...place }: RegionOfAccount & { readonly id: string },
): Promise<HeldSnapshot | undefined> {
  const compartment = await regionCompartment(context, call, place)
  return compartment && context.snapshots.get(call, compartment, [id])
}

export const snapshotNotFound = (id: string): Problem => invalidVolume('snapshot', `The snapshot '${id}' does not exist.`)

/** What is made of a snapshot is made of one that is whole. Raises `VolumeInvalid`. */
export function assertCompleted({ value: { id, state } }: HeldSnapshot): void {
  if (state !== 'completed') throw invalidVolume('state', `Snapshot ${id} is in the '${state}' state: it must be completed.`)
}

const pageSnapshots = 200

/** Every snapshot of an account in a Region behind a place, in the order of their making. */
export async function* snapshotsIn(
  context: FindingSnapshots,
  call: Call,
  { after, ...place }: RegionOfAccount & { readonly after: number },
): AsyncGenerator<HeldSnapshot> {
  const compartment = await regionCompartment(context, call, place)
  if (compartment === undefined) return
  for (let from = after; ;) {
    const page = await context.snapshots.list(call, compartment, { collection: [], after: from, limit: pageSnapshots })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < pageSnapshots) return
    from = last.ord
  }
}
