import { sealed } from '#model/brands.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { diskRemovedTopic } from '#domain/disks/delete-disk.ts'
import { attachmentOf } from './attach-volume.ts'
import type { HeldVolume } from './find-volume.ts'
import { volumeScope } from './place.ts'
import { invalidVolume } from './volume-types.ts'

/** Record and data key end with the commit; what was stored under it cannot be read from then on, and is unlinked after it. Raises `VolumeInvalid` while it is attached. */
export async function deleteVolume(
  context: Needs<'volumes' | 'volumeAttachments'>,
  call: Call,
  { permit, volume }: { readonly permit: Permit<'volume.delete'>; readonly volume: HeldVolume },
): Promise<void> {
  assertPermits(permit, volumeScope(volume.value))
  if (volume.value.state === 'creating') throw invalidVolume('state', `Volume '${volume.value.id}' is in the 'creating' state.`)
  const attachment = await attachmentOf(context, call, volume)
  if (attachment !== undefined)
    throw invalidVolume('inUse', `Volume ${volume.value.id} is currently attached to ${attachment.value.instanceId}`)
  context.volumes.remove(call, volume)
  call.materials.push({ removeOf: volume.id })
  call.effects.push({ topic: diskRemovedTopic, body: sealed(new TextEncoder().encode(volume.value.diskId)) })
}
