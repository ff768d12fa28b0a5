import { hash } from 'node:crypto'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { newDek } from '#domain/disks/data-keys.ts'
import type { CompartmentId } from '#model/brands.ts'
import { volumeDefaultsOf } from './defaults.ts'
import type { HeldVolume } from './find-volume.ts'
import { volumeScope } from './place.ts'
import { requestTag, type Volume } from './records.ts'
import { wrappedDataKey, type VolumeKeyNeeds } from './volume-keys.ts'
import { checkedVolumeTags } from './volume-tags.ts'
import { invalidVolume, shapeOf, type AskedShape } from './volume-types.ts'

export interface NewVolume extends AskedShape {
  readonly permit: Permit<'volume.create'>
  readonly place: RegionOfAccount
  readonly zone: string
  /** Absent: as the Region has it, which nobody goes below. */
  readonly encrypted: boolean | undefined
  readonly keyId: string | undefined
  readonly tags: Volume['tags']
  /** Whoever asks twice with it gets what was made the first time. */
  readonly token: string | undefined
}

type CreatingVolumes = VolumeKeyNeeds & Needs<'volumes' | 'volumeDefaults'>

/**
 * A volume without a byte yet. Under a key of an account its data key is made and wrapped by that key, unseen; else it is the platform's.
 * Raises `VolumeInvalid`, and what the key says to the caller.
 */
export async function createVolume(context: CreatingVolumes, call: Call, request: NewVolume): Promise<HeldVolume> {
  const { permit, place, zone, token } = request
  assertPermits(permit, volumeScope({ ...place, id: '*' }))
  assertZone(place.region, zone)
  if (request.keyId !== undefined && request.encrypted !== true)
    throw invalidVolume('dependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.')
  const shape = shapeOf(request)
  const tags = checkedVolumeTags(request.tags)
  const compartment = await regionForWriting(context, call, place)
  const digest = digestOf(request)
  const already = await madeBefore(context, call, { compartment, token, digest })
  if (already !== undefined) return already
  const names = await newNames(context, call)
  const defaults = await volumeDefaultsOf(context, call, place)
  const key =
    request.encrypted === true || defaults.encrypted
      ? await wrappedDataKey(context, call, { id: names.id, place, keyId: request.keyId ?? defaults.keyArn })
      : undefined
  if (key === undefined) await platformDataKey(context, call, { compartment, ...names })
  const value: Volume = {
    ...names,
    ...place,
    ...shape,
    zone,
    createdAt: call.at,
    tags,
    ...(key !== undefined && { key }),
    ...(token !== undefined && { request: { token, digest } }),
  }
  return context.volumes.create(call, compartment, { path: [value.id], value })
}

function assertZone(region: string, zone: string): void {
  if (!zone.startsWith(region) || !/^[a-f]$/.test(zone.slice(region.length)))
    throw invalidVolume('zone', `The zone '${zone}' does not exist.`)
}

const newNames = async ({ ground: { random } }: Needs<'ground'>, call: Call): Promise<Pick<Volume, 'id' | 'diskId' | 'dekId'>> =>
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

const digestOf = ({ permit: _permit, token: _token, ...asked }: NewVolume): string => hash('sha256', JSON.stringify(asked), 'hex')

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
