import { sealed } from '#model/brands.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { diskRemovedTopic } from '#domain/disks/delete-disk.ts'
import { copiesFrom } from './copy-bytes.ts'
import type { HeldSnapshot } from './find-snapshot.ts'
import { snapshotScope } from './place.ts'
import { endShares } from './share-snapshot.ts'
import { invalidVolume } from './volume-types.ts'

/** Record and data key end with the commit, the bytes that nothing else has after it. A copy of another that is under way ends with it. Raises `VolumeInvalid` while something is made of it. */
export async function deleteSnapshot(
  context: Needs<'snapshots' | 'snapshotShares' | 'instance' | 'jobs'>,
  call: Call,
  { permit, snapshot }: { readonly permit: Permit<'snapshot.delete'>; readonly snapshot: HeldSnapshot },
): Promise<void> {
  assertPermits(permit, snapshotScope(snapshot.value))
  const { id, diskId } = snapshot.value
  const [use] = copiesFrom(context, snapshot.value)
  if (use !== undefined)
    throw invalidVolume('snapshotInUse', `The snapshot ${id} is currently in use by ${use.value.input['id'] ?? 'a copy of it'}`)
  await endShares(context, call, { snapshot: snapshot.value })
  context.snapshots.remove(call, snapshot)
  call.materials.push({ removeOf: snapshot.id })
  call.effects.push({ topic: diskRemovedTopic, body: sealed(new TextEncoder().encode(diskId)) })
}
