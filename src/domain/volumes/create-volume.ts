import { hash } from 'node:crypto'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { bringServiceKey } from '#domain/account-keys/service-key.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { newDek } from '#domain/disks/data-keys.ts'
import type { CompartmentId } from '#model/brands.ts'
import { volumeDefaultsOf } from './defaults.ts'
import { startCopy } from './copy-bytes.ts'
import { assertCompleted, type HeldSnapshot } from './find-snapshot.ts'
import type { HeldVolume } from './find-volume.ts'
import type { InstanceKeyNeeds } from './instance-keys.ts'
import { serviceKeyAlias, volumeScope } from './place.ts'
import { requestTag, type Volume, type VolumeDefaults } from './records.ts'
import { forkBytes, lineageOf, sharePlatformDek } from './stored-bytes.ts'
import { keyForVolumes, rewrappedDataKey, wrappedDataKey, type VolumeKeyNeeds } from './volume-keys.ts'
import { checkedVolumeTags } from './volume-tags.ts'
import { zonesOf } from './zones.ts'
import { invalidVolume, shapeOf, type AskedShape } from './volume-types.ts'

export interface NewVolume extends AskedShape {
  readonly permit: Permit<'volume.create'>
  readonly place: RegionOfAccount
  readonly zone: string
  /** Absent: as the Region has it, which nobody goes below. */
  readonly encrypted: boolean | undefined
  readonly keyId: string | undefined
  /** Whose bytes it begins with. */
  readonly snapshot: HeldSnapshot | undefined
  readonly tags: Volume['tags']
  /** Whoever asks twice with it gets what was made the first time. */
  readonly token: string | undefined
}

type CreatingVolumes = VolumeKeyNeeds & InstanceKeyNeeds & Needs<'volumes' | 'volumeDefaults' | 'jobs' | 'diskBytes' | 'store' | 'log'>

/**
 * A volume without a byte yet, or with a snapshot's: under its key they are shared, under another a job encrypts them anew. Under a key of an account its data key is made and wrapped by that key, unseen; else it is the platform's.
 * Raises `VolumeInvalid`, and what the key says to the caller.
 */
export async function createVolume(context: CreatingVolumes, call: Call, request: NewVolume): Promise<HeldVolume> {
  const { permit, place, zone, token } = request
  assertPermits(permit, volumeScope({ ...place, id: '*' }))
  assertZone(place.region, zone)
  if (request.keyId !== undefined && request.encrypted !== true)
    throw invalidVolume('dependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.')
  const shape = shapeOf(sized(request))
  const tags = checkedVolumeTags(request.tags)
  await bringDefaultKey(context, call, request)
  const compartment = await regionForWriting(context, call, place)
  const digest = digestOf(request)
  const already = await madeBefore(context, call, { compartment, token, digest })
  if (already !== undefined) return already
  const names = await newNames(context, call)
  const value: Volume = {
    ...place,
    ...shape,
    ...(await bytesOf(context, call, { request, compartment, names })),
    zone,
    createdAt: call.at,
    tags,
    ...(token !== undefined && { request: { token, digest } }),
  }
  return context.volumes.create(call, compartment, { path: [value.id], value })
}

function assertZone(region: string, zone: string): void {
  if (!zonesOf(region).includes(zone)) throw invalidVolume('zone', `The zone '${zone}' does not exist.`)
}

/** First of all: a key that is made for it stands in the Region's compartment, which is the same then. */
async function bringDefaultKey(context: CreatingVolumes, call: Call, { place, keyId, encrypted, snapshot }: NewVolume): Promise<void> {
  const defaults = await volumeDefaultsOf(context, call, place)
  const chosen = snapshot?.value.key === undefined ? (keyId ?? defaults.keyArn ?? serviceKeyAlias) : keyId
  if (chosen === serviceKeyAlias && (encrypted === true || defaults.encrypted))
    await bringServiceKey(context, call, { ...place, alias: serviceKeyAlias })
}

/** Of a snapshot it has the size, if not a larger one. Raises `VolumeInvalid`. */
function sized(request: NewVolume): AskedShape {
  const { snapshot, sizeGiB = snapshot?.value.sizeGiB } = request
  if (snapshot !== undefined && sizeGiB !== undefined && sizeGiB < snapshot.value.sizeGiB)
    throw invalidVolume(
      'value',
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshot.value.id}', expect size >= ${snapshot.value.sizeGiB}GB`,
    )
  return { ...request, sizeGiB }
}

type Names = Pick<Volume, 'id' | 'diskId' | 'dekId'>
type Bytes = Names & Pick<Volume, 'key' | 'state' | 'snapshotId' | 'lineage'>

interface Making {
  readonly request: NewVolume
  readonly compartment: CompartmentId
  readonly names: Names
}

async function bytesOf(context: CreatingVolumes, call: Call, making: Making): Promise<Bytes> {
  const { request, compartment, names } = making
  const { place, snapshot } = request
  const defaults = await volumeDefaultsOf(context, call, place)
  if (snapshot !== undefined) return bytesOfSnapshot(context, call, { ...making, snapshot, defaults })
  if (request.encrypted === true || defaults.encrypted)
    return { ...names, key: await wrappedDataKey(context, call, { id: names.id, place, keyId: request.keyId ?? defaults.keyArn }) }
  await platformDataKey(context, call, { compartment, ...names })
  return names
}

type OfSnapshot = Making & { readonly snapshot: HeldSnapshot; readonly defaults: VolumeDefaults }

async function bytesOfSnapshot(context: CreatingVolumes, call: Call, making: OfSnapshot): Promise<Bytes> {
  const { request, compartment, names, snapshot } = making
  const { place } = request
  const { id: snapshotId, key: its, dekId, region } = snapshot.value
  assertCompleted(snapshot)
  const arn = await keyOfRestored(context, call, making)
  if (arn !== its?.arn) {
    const key = await wrappedDataKey(context, call, { id: names.id, place, keyId: arn })
    await startCopy(context, call, { source: snapshot, target: 'volume', to: { ...place, ...names, key }, compartment })
    return { ...names, key, snapshotId, state: 'creating' }
  }
  const key = its && (await rewrappedDataKey(context, call, { key: its, region, id: names.id }))
  if (key === undefined)
    await sharePlatformDek(context, call, { from: { id: snapshot.id, dekId }, to: context.volumes.idOf(compartment, [names.id]) })
  await forkBytes(context, call, { from: snapshot.value, to: { diskId: names.diskId, compartment } })
  return { ...names, dekId, snapshotId, lineage: lineageOf(snapshot.value), ...(key !== undefined && { key }) }
}

/** What is encrypted stays so, under its own key where none is named; what is not is encrypted where it is asked for, or the Region does it. */
async function keyOfRestored(
  context: CreatingVolumes,
  call: Call,
  { request: { place, keyId, encrypted }, snapshot, defaults }: OfSnapshot,
): Promise<string | undefined> {
  const its = snapshot.value.key?.arn
  if (keyId !== undefined) return keyForVolumes(context, call, { place, keyId })
  if (its !== undefined || !(encrypted === true || defaults.encrypted)) return its
  return keyForVolumes(context, call, { place, keyId: defaults.keyArn ?? serviceKeyAlias })
}

const newNames = async ({ ground: { random } }: Needs<'ground'>, call: Call): Promise<Names> =>
  call.once('names of a volume', async () => ({
    id: `vol-${random.bytes(9).toHex().slice(1)}`,
    diskId: random.bytes(16).toHex(),
    dekId: random.bytes(16).toHex(),
  }))

async function platformDataKey(
  context: Needs<'volumes' | 'ground'>,
  call: Call,
  { compartment, id, dekId }: { readonly compartment: CompartmentId; readonly id: string; readonly dekId: string },
): Promise<void> {
  const { barrier, random } = context.ground
  const dek = await call.once(`data key of ${id}`, async () => {
    const made = newDek(random)
    call.defer(made)
    return Promise.resolve(made)
  })
  const place = { id: context.volumes.idOf(compartment, [id]), version: dekId }
  call.materials.push({ place, material: barrier.sealMaterial(place, dek.bytes) })
}

const digestOf = ({ permit: _permit, token: _token, snapshot, ...asked }: NewVolume): string =>
  hash('sha256', JSON.stringify({ ...asked, ...(snapshot !== undefined && { snapshot: snapshot.value.id }) }), 'hex')

async function madeBefore(
  { volumes }: Needs<'volumes'>,
  call: Call,
  { compartment, token, digest }: { readonly compartment: CompartmentId; readonly token: string | undefined; readonly digest: string },
): Promise<HeldVolume | undefined> {
  if (token === undefined) return undefined
  const [made] = await volumes.listTagged(call, compartment, { tag: requestTag(token), after: -1, limit: 1 })
  if (made !== undefined && made.value.request?.digest !== digest)
    throw invalidVolume('repeated', 'The client token was already used with a different request.')
  return made
}
