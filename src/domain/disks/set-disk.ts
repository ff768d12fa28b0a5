import { compartmentOfGuid } from '#domain/instance.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { changedNow, newEnvelope } from '#domain/resources/envelope.ts'
import { groupForWriting } from '#domain/resources/groups.ts'
import { locationOf } from '#domain/resources/locations.ts'
import { checkedTags, mergedTags } from '#domain/resources/tags.ts'
import type { Scope } from '#model/brands.ts'
import type { Problem } from '#model/problem.ts'
import { refuseWhileGranted } from './access-grant.ts'
import { invalid, refused } from '#domain/resources/arm-refusal.ts'
import { changedShape, encryptionWanted, newShape, type DiskWishes } from './disk-rules.ts'
import { movedLayers, newLayers, type LayerNeeds } from './disk-layers.ts'
import type { HeldDisk, HeldSet } from './disk-standing.ts'
import type { Disk } from './records.ts'
import { diskArmId, diskNamed, diskScope, diskType, setAt, setNamed, setScope, type ComputeName } from './set-place.ts'

interface DiskPermits {
  readonly permit: Permit<'disk.write'>
  /** Asked of the set that the disk goes under (`LinkedAccessDenied`): who may not see it learns nothing of it. */
  readonly mayUseSet: (set: Scope) => Permit<'diskSet.read'>
}

export interface PutDisk extends ComputeName, DiskPermits {
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly wishes: DiskWishes
}

export interface PatchDisk extends ComputeName, DiskPermits {
  readonly tags: Readonly<Record<string, string | null>> | undefined
  readonly wishes: DiskWishes
}

export type SetDiskNeeds = LayerNeeds & Needs<'resourceGroups'>

const byPlatform: Disk['encryption'] = { type: 'EncryptionAtRestWithPlatformKey' }

/**
 * Makes a disk: its data keys are wrapped, and proved, before it is there, so that nothing is ever written under a key that does not open.
 * Or changes one. Raises `ResourceGroupNotFound`, `ResourceNotFound` (the set), `ArmRefused`, `KeyVaultAccessForbidden`.
 */
export async function putDisk(
  context: SetDiskNeeds,
  call: Call,
  request: PutDisk,
): Promise<{ readonly disk: HeldDisk; readonly created: boolean }> {
  assertPermits(request.permit, diskScope(request))
  const { wishes, subscriptionId, name } = request
  const location = locationOf(request.location, diskType)
  const tags = checkedTags(request.tags)
  const group = await groupForWriting(context, call, request)
  const compartment = compartmentOfGuid(subscriptionId)
  const id = diskArmId({ ...request, group: group.value.name })
  const before = await context.disks.get(call, compartment, [id.toLowerCase()])
  if (before !== undefined) {
    if (before.value.location !== location) throw elsewhere(before.value, location)
    return { disk: await changeDisk(context, call, { ...request, before, tags }), created: false }
  }
  const shape = newShape(wishes)
  const encryption = encryptionWanted(wishes, shape.sku, byPlatform)
  const set = await setFor(context, call, { ...request, location, encryption, before: undefined })
  const recordId = context.disks.idOf(compartment, [id.toLowerCase()])
  const layers = await newLayers(context, call, { type: encryption.type, set, recordId, diskName: name })
  const names = await call.once(`disk ${recordId}`, async () => Promise.resolve(newNames(context, compartment)))
  const value: Disk = {
    ...newEnvelope(call, { id, name, scope: diskScope(request), location, tags }),
    ...shape,
    ...names,
    encryption: { type: encryption.type, ...(set !== undefined && { setId: set.value.id }) },
    layers,
    state: 'Unattached',
    epoch: 1,
  }
  return { disk: context.disks.create(call, compartment, { path: [id.toLowerCase()], value }), created: true }
}

/** PATCH: what is not named stays. */
export async function patchDisk(context: SetDiskNeeds, call: Call, request: PatchDisk): Promise<HeldDisk> {
  assertPermits(request.permit, diskScope(request))
  const before = await diskNamed(context, call, request)
  await groupForWriting(context, call, request)
  return changeDisk(context, call, { ...request, before, tags: mergedTags(before.value.tags, request.tags) })
}

const newNames = ({ ground: { random } }: SetDiskNeeds, compartment: string): Pick<Disk, 'diskId' | 'uniqueId' | 'exportName'> => ({
  diskId: random.bytes(16).toHex(),
  uniqueId: random.uuid(),
  exportName: `${compartment}.${random.bytes(16).toHex()}`,
})

interface Change extends ComputeName, DiskPermits {
  readonly before: HeldDisk
  readonly tags: Readonly<Record<string, string>>
  readonly wishes: DiskWishes
}

async function changeDisk(context: SetDiskNeeds, call: Call, change: Change): Promise<HeldDisk> {
  const { before, wishes, tags } = change
  const was = before.value
  const shape = changedShape(was, wishes)
  const wanted = encryptionWanted(wishes, shape.sku, was.encryption)
  const changed: Disk = { ...was, ...shape, ...changedNow(call), tags: { ...tags } }
  if (shape.sizeBytes !== was.sizeBytes) refuseWhileGranted(before, call.at)
  const same = wanted.type === was.encryption.type && wanted.setId?.toLowerCase() === was.encryption.setId?.toLowerCase()
  if (same) return context.disks.update(call, before, changed)
  refuseWhileGranted(before, call.at)
  const set = await setFor(context, call, { ...change, location: was.location, encryption: wanted, before })
  const encryption = { type: wanted.type, ...(set !== undefined && { setId: set.value.id }) }
  const layers = await movedLayers(context, call, {
    disk: before,
    wanted: { type: wanted.type, set, recordId: before.id, diskName: was.name },
  })
  return context.disks.update(call, before, { ...changed, encryption, layers })
}

interface SetWanted extends Pick<ComputeName, 'subscriptionId'>, Pick<DiskPermits, 'mayUseSet'> {
  readonly encryption: Disk['encryption']
  readonly location: string
  readonly before: HeldDisk | undefined
}

/** The set that a disk goes under: of its subscription and region, and of its type (requirements E11). */
async function setFor(context: SetDiskNeeds, call: Call, wanted: SetWanted): Promise<HeldSet | undefined> {
  const { encryption, location, subscriptionId } = wanted
  if (encryption.setId === undefined) return undefined
  const at = setAt(encryption.setId)
  // Before it is looked for: who may not see it does not learn whether it is there.
  assertPermits(wanted.mayUseSet(setScope(at)), setScope(at))
  const set = await setNamed(context, call, at)
  const target = 'encryption.diskEncryptionSetId'
  if (!set.path[0].startsWith(`/subscriptions/${subscriptionId}/`))
    throw invalid(target, 'The disk encryption set must be in the subscription of the disk.')
  if (set.value.location !== location)
    throw invalid(
      target,
      `The disk encryption set '${set.value.name}' is in the region '${set.value.location}', the disk in '${location}'. They must be in one region.`,
    )
  if (set.value.encryptionType !== encryption.type)
    throw invalid(
      'encryption.type',
      `The disk encryption set '${set.value.name}' is for the encryption type '${set.value.encryptionType}', not for '${encryption.type}'.`,
    )
  return set
}

function elsewhere({ name, location: known }: Disk, location: string): Problem {
  const message = `The resource '${name}' already exists in location '${known}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
  return refused(409, { code: 'InvalidResourceLocation', message })
}
