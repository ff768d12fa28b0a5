import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { HeldVolume } from './find-volume.ts'
import { grantToInstance, retireFromInstance, type InstanceKeyNeeds } from './instance-keys.ts'
import { volumeScope } from './place.ts'
import { instanceTag, type VolumeAttachment } from './records.ts'
import { invalidVolume } from './volume-types.ts'

export type HeldAttachment = Held<VolumeAttachment, readonly [volumeId: string]>
type AttachingNeeds = InstanceKeyNeeds & Needs<'volumeAttachments'>

/** The one attachment of a volume. */
export const attachmentOf = async (
  { volumeAttachments }: Needs<'volumeAttachments'>,
  call: Call,
  { compartment, value }: HeldVolume,
): Promise<HeldAttachment | undefined> => volumeAttachments.get(call, compartment, [value.id])

/** Raises `VolumeInvalid`. */
export function assertInstanceId(id: string): void {
  if (!/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id)) throw invalidVolume('instance', `Invalid id: "${id}"`)
}

/**
 * Lets an instance have a volume: it may decrypt the data key from now on, by a grant that is good for this volume alone, and the volume is
 * exported. Instances are names here. Raises `VolumeInvalid`, and what the key says to the caller.
 */
export async function attachVolume(
  context: AttachingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'volume.attach'>
    readonly volume: HeldVolume
    readonly instanceId: string
    readonly device: string
  },
): Promise<HeldAttachment> {
  const { permit, volume, instanceId, device } = request
  assertPermits(permit, volumeScope(volume.value))
  const { id, state } = volume.value
  if (state !== undefined) throw invalidVolume('state', `Volume '${id}' is in the '${state}' state: it must be available.`)
  if ((await attachmentOf(context, call, volume)) !== undefined)
    throw invalidVolume('inUse', `${volume.value.id} is already attached to an instance`)
  await assertDeviceFree(context, call, request)
  const grant = await grantToInstance(context, call, { volume: volume.value, instanceId })
  const exportName = await call.once(`export of ${volume.value.id}`, async () =>
    Promise.resolve(`${volume.compartment}.${context.ground.random.bytes(16).toHex()}`),
  )
  return context.volumeAttachments.create(call, volume.compartment, {
    path: [volume.value.id],
    value: { volumeId: volume.value.id, instanceId, device, attachedAt: call.at, exportName, ...(grant !== undefined && { grant }) },
  })
}

const attachmentsMax = 128

async function assertDeviceFree(
  { volumeAttachments }: Needs<'volumeAttachments'>,
  call: Call,
  { volume, instanceId, device }: { readonly volume: HeldVolume; readonly instanceId: string; readonly device: string },
): Promise<void> {
  const tag = instanceTag(instanceId)
  const others = await volumeAttachments.listTagged(call, volume.compartment, { tag, after: -1, limit: attachmentsMax })
  if (others.length === attachmentsMax)
    throw invalidVolume('tooManyAttached', `The instance has ${attachmentsMax} volumes, which is the most.`)
  if (others.some(({ value }) => value.device === device))
    throw invalidVolume('value', `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`)
}

/** Takes the instance's right back, as the instance; its export ends with the commit. */
export async function detachVolume(
  context: AttachingNeeds,
  call: Call,
  {
    permit,
    volume,
    attachment,
  }: { readonly permit: Permit<'volume.detach'>; readonly volume: HeldVolume; readonly attachment: HeldAttachment },
): Promise<void> {
  assertPermits(permit, volumeScope(volume.value))
  const { grant, instanceId } = attachment.value
  if (grant !== undefined) await retireFromInstance(context, call, { volume: volume.value, instanceId, grant })
  context.volumeAttachments.remove(call, attachment)
}
