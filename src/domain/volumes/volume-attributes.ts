import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldVolume } from './find-volume.ts'
import { volumeScope } from './place.ts'

/** Kept and told again: what it would do, I/O that goes on where bytes may be inconsistent, does not come up here. */
export async function setAutoEnableIo(
  context: Needs<'volumes'>,
  call: Call,
  { permit, volume, value }: { readonly permit: Permit<'volume.writeAttribute'>; readonly volume: HeldVolume; readonly value: boolean },
): Promise<void> {
  assertPermits(permit, volumeScope(volume.value))
  if ((volume.value.autoEnableIo ?? false) !== value) context.volumes.update(call, volume, { ...volume.value, autoEnableIo: value })
  return Promise.resolve()
}
