import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { startCopy } from './copy-bytes.ts'
import { newSnapshotNames, type SnapshotNeeds } from './create-snapshot.ts'
import { volumeDefaultsOf } from './defaults.ts'
import { assertCompleted, type HeldSnapshot } from './find-snapshot.ts'
import type { InstanceKeyNeeds } from './instance-keys.ts'
import { serviceKeyAlias, snapshotScope } from './place.ts'
import type { Snapshot } from './snapshot-records.ts'
import { forkBytes, lineageOf, sharePlatformDek } from './stored-bytes.ts'
import { keyForVolumes, rewrappedDataKey, wrappedDataKey, type VolumeKeyNeeds } from './volume-keys.ts'
import { checkedVolumeTags } from './volume-tags.ts'
import { invalidVolume } from './volume-types.ts'

type CopyingNeeds = SnapshotNeeds & VolumeKeyNeeds & InstanceKeyNeeds & Needs<'volumeDefaults' | 'accountRegions' | 'instance' | 'jobs'>

export interface SnapshotCopy {
  readonly permit: Permit<'snapshot.copy'>
  readonly source: HeldSnapshot
  readonly place: RegionOfAccount
  readonly encrypted: boolean | undefined
  /** Absent: the key that volumes of the Region have by default. */
  readonly keyId: string | undefined
  readonly description: string
  readonly tags: Snapshot['tags']
}

/** Copies of snapshots have this in the place of a volume's id: it names nothing. */
const noVolume = 'vol-ffffffff'

/**
 * One more snapshot with the same bytes. Under the key of the source it is there at once, and shares them; under another they are encrypted anew
 * by a job, under a data key of its own. What is encrypted stays so. Raises `VolumeInvalid`, and what keys say to the caller.
 */
export async function copySnapshot(context: CopyingNeeds, call: Call, request: SnapshotCopy): Promise<HeldSnapshot> {
  const { permit, source, place, encrypted, keyId, description } = request
  assertPermits(permit, snapshotScope({ ...place, id: '*' }))
  assertCompleted(source)
  if (keyId !== undefined && encrypted !== true && source.value.key === undefined)
    throw invalidVolume('dependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.')
  const tags = checkedVolumeTags(request.tags)
  // First: a key that is made for it stands in the Region's compartment, which is the same then.
  const keyArn = await keyOfCopy(context, call, request)
  const compartment = await regionForWriting(context, call, place)
  const names = await newSnapshotNames(context, call, source.value.id)
  const { sizeGiB } = source.value
  const base = { ...names, ...place, volumeId: noVolume, sizeGiB, startedAt: call.at, description, tags }
  const shared = keyArn === source.value.key?.arn
  const value = shared
    ? { ...base, ...(await sharedBytes(context, call, { source, compartment, ...names })) }
    : { ...base, ...(await ownBytes(context, call, { source, keyArn, place, compartment, ...names })) }
  return context.snapshots.create(call, compartment, { path: [names.id], value })
}

/** ARN of the key that the copy is to be under; none for one that no key of an account protects. */
async function keyOfCopy(
  context: CopyingNeeds,
  call: Call,
  { source, place, encrypted, keyId }: SnapshotCopy,
): Promise<string | undefined> {
  const defaults = await volumeDefaultsOf(context, call, place)
  const protects = source.value.key !== undefined || encrypted === true || defaults.encrypted
  return protects ? keyForVolumes(context, call, { place, keyId: keyId ?? defaults.keyArn ?? serviceKeyAlias }) : undefined
}

interface Copied extends Pick<Snapshot, 'id' | 'diskId'> {
  readonly source: HeldSnapshot
  readonly compartment: HeldSnapshot['compartment']
}

type Bytes = Pick<Snapshot, 'state' | 'completedAt' | 'progress' | 'dekId' | 'lineage' | 'key'>

/** The same bytes under the same data key, which is bound to the copy from now on. */
async function sharedBytes(context: CopyingNeeds, call: Call, { source, compartment, id, diskId }: Copied): Promise<Bytes> {
  const { dekId, key, region } = source.value
  const rewrapped = key && (await rewrappedDataKey(context, call, { key, region, id }))
  if (key === undefined)
    await sharePlatformDek(context, call, { from: { id: source.id, dekId }, to: context.snapshots.idOf(compartment, [id]) })
  await forkBytes(context, call, { from: source.value, to: { diskId, compartment } })
  return {
    state: 'completed',
    completedAt: call.at,
    dekId,
    lineage: lineageOf(source.value),
    ...(rewrapped !== undefined && { key: { ...rewrapped, boundTo: id } }),
  }
}

async function ownBytes(
  context: CopyingNeeds,
  call: Call,
  { source, keyArn, place, compartment, id, diskId }: Copied & { readonly keyArn: string | undefined; readonly place: RegionOfAccount },
): Promise<Bytes> {
  const key = await wrappedDataKey(context, call, { id, place, keyId: keyArn })
  await startCopy(context, call, { source, target: 'snapshot', to: { ...place, id, key, diskId }, compartment })
  const dekId = await call.once(`data key id of ${id}`, async () => Promise.resolve(context.ground.random.bytes(16).toHex()))
  return { state: 'pending', progress: 0, dekId, lineage: diskId, key: { ...key, boundTo: id } }
}
