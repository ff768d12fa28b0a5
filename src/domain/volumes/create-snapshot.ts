import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldSnapshot } from './find-snapshot.ts'
import type { HeldVolume } from './find-volume.ts'
import { snapshotScope } from './place.ts'
import type { Snapshot } from './snapshot-records.ts'
import { forkBytes, lineageOf, sharePlatformDek } from './stored-bytes.ts'
import { checkedVolumeTags } from './volume-tags.ts'
import { invalidVolume } from './volume-types.ts'

export type SnapshotNeeds = Needs<'snapshots' | 'diskBytes' | 'store' | 'ground' | 'log'>

/** Names of a new snapshot, the same in every try. */
export const newSnapshotNames = async (
  { ground: { random } }: Needs<'ground'>,
  call: Call,
  of: string,
): Promise<Pick<Snapshot, 'id' | 'diskId'>> =>
  call.once(`names of a snapshot of ${of}`, async () =>
    Promise.resolve({ id: `snap-${random.bytes(9).toHex().slice(1)}`, diskId: random.bytes(16).toHex() }),
  )

/**
 * What a volume holds now, attached and written or not: its bytes as they are encrypted, under its own data key, which stays wrapped for the
 * volume. No key is asked. Whole when it is answered. Raises `VolumeInvalid`.
 */
export async function createSnapshot(
  context: SnapshotNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'snapshot.create'>
    readonly volume: HeldVolume
    readonly description: string
    readonly tags: Snapshot['tags']
  },
): Promise<HeldSnapshot> {
  const { permit, volume, description } = request
  const { accountId, region, id: volumeId, sizeGiB, dekId, key, state } = volume.value
  assertPermits(permit, snapshotScope({ accountId, region, id: '*' }))
  if (state !== undefined) throw invalidVolume('state', `The volume '${volumeId}' is in the '${state}' state.`)
  const tags = checkedVolumeTags(request.tags)
  const { compartment } = volume
  const names = await newSnapshotNames(context, call, volumeId)
  if (key === undefined)
    await sharePlatformDek(context, call, { from: { id: volume.id, dekId }, to: context.snapshots.idOf(compartment, [names.id]) })
  await forkBytes(context, call, { from: volume.value, to: { diskId: names.diskId, compartment } })
  const value: Snapshot = {
    ...names,
    accountId,
    region,
    volumeId,
    sizeGiB,
    startedAt: call.at,
    completedAt: call.at,
    description,
    tags,
    state: 'completed',
    dekId,
    lineage: lineageOf(volume.value),
    ...(key !== undefined && { key: { ...key, boundTo: volumeId } }),
  }
  return context.snapshots.create(call, compartment, { path: [names.id], value })
}
