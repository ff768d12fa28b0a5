import type { Problem } from '#model/problem.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { everybody, type Snapshot } from './snapshot-records.ts'
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

type FindingShared = FindingSnapshots & Needs<'snapshotShares'>

/** One of the account's own, or one that is shared with it. Notes it, found or not. */
export async function usableSnapshot(
  context: FindingShared,
  call: Call,
  { id, ...place }: RegionOfAccount & { readonly id: string },
): Promise<HeldSnapshot | undefined> {
  const own = await snapshotById(context, call, { ...place, id })
  if (own !== undefined) return own
  for (const whom of [place.accountId, everybody]) {
    const share = await context.snapshotShares.get(call, context.instance.installation, [place.region, whom, id])
    if (share !== undefined) return snapshotById(context, call, { ...share.value })
  }
  return undefined
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

/** A snapshot that an account may use, with the place in its list that it stands at. */
export interface ListedSnapshot {
  readonly value: Snapshot
  readonly place: ListPlace
}

/** Which of the account's three lists, and behind which record of it. */
export interface ListPlace {
  readonly list: 'own' | 'shared' | 'public'
  readonly after: number
}

/** Its own, then those that are shared with it, then everybody's, each in the order of their making or sharing. */
export async function* usableSnapshotsIn(
  context: FindingShared,
  call: Call,
  { from: { list, after }, ...place }: RegionOfAccount & { readonly from: ListPlace },
): AsyncGenerator<ListedSnapshot> {
  if (list === 'own')
    for await (const { value, ord } of snapshotsIn(context, call, { ...place, after })) yield { value, place: { list, after: ord } }
  if (list !== 'public') yield* sharedIn(context, call, { ...place, list: 'shared', after: list === 'shared' ? after : -1 })
  yield* sharedIn(context, call, { ...place, list: 'public', after: list === 'public' ? after : -1 })
}

/** What an account has by itself, or has been given by name, stands in its list before everybody's. */
const isListedFor = (accountId: string, { accountId: owner, sharedWith = [] }: Snapshot): boolean =>
  owner === accountId || sharedWith.includes(accountId)

async function* sharedIn(
  context: FindingShared,
  call: Call,
  { accountId, region, list, after }: RegionOfAccount & { readonly list: 'shared' | 'public'; readonly after: number },
): AsyncGenerator<ListedSnapshot> {
  const whom = list === 'shared' ? accountId : everybody
  for (let from = after; ;) {
    const asked = { collection: [region, whom], after: from, limit: pageSnapshots }
    const page = await context.snapshotShares.list(call, context.instance.installation, asked)
    for (const { value: share, ord } of page) {
      const held = await snapshotById(context, call, { ...share })
      if (held !== undefined && !(list === 'public' && isListedFor(accountId, held.value)))
        yield { value: held.value, place: { list, after: ord } }
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSnapshots) return
    from = last.ord
  }
}
