import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldVolume } from './find-volume.ts'
import { volumeScope } from './place.ts'
import type { Volume } from './records.ts'
import { invalidVolume, shapeOf, typesOfChosenIops } from './volume-types.ts'

export interface Modification {
  readonly sizeGiB: number | undefined
  readonly type: Volume['type'] | undefined
  readonly iops: number | undefined
  readonly throughput: number | undefined
}

/**
 * Another size or speed; bytes stay where they are. What an export has told of the size it goes on telling to whom it told: the first that comes
 * after all have gone sees the new one. Raises `VolumeInvalid`: a volume never shrinks.
 */
export async function modifyVolume(
  context: Needs<'volumes'>,
  call: Call,
  { permit, volume, asked }: { readonly permit: Permit<'volume.modify'>; readonly volume: HeldVolume; readonly asked: Modification },
): Promise<HeldVolume> {
  assertPermits(permit, volumeScope(volume.value))
  const { id, type, sizeGiB, iops, throughput, state } = volume.value
  if (state !== undefined) throw invalidVolume('state', `The volume '${id}' is in the '${state}' state.`)
  if (Object.values(asked).every(one => one === undefined))
    throw invalidVolume('missing', 'The request must contain the parameter size, iops, throughput, or volumeType')
  if (asked.sizeGiB !== undefined && asked.sizeGiB < sizeGiB) throw invalidVolume('value', `New size cannot be smaller than existing size`)
  const { iops: _iops, throughput: _throughput, ...rest } = volume.value
  const shape = shapeOf({ ...kept(volume.value, asked), sizeGiB: asked.sizeGiB ?? sizeGiB })
  const from = { type, sizeGiB, ...(iops !== undefined && { iops }), ...(throughput !== undefined && { throughput }) }
  return Promise.resolve(context.volumes.update(call, volume, { ...rest, ...shape, modification: { at: call.at, from, to: shape } }))
}

/** What may be chosen stays as it is while the type does; another type has its own to begin with (ModifyVolume of the API of 2016-11-15). */
function kept(volume: Volume, { type = volume.type, iops, throughput }: Modification) {
  const same = type === volume.type
  const chosen = typesOfChosenIops.includes(type)
  return {
    type,
    iops: iops ?? (chosen ? (same ? volume.iops : iopsOfNewType) : undefined),
    throughput: throughput ?? (same ? volume.throughput : undefined),
  }
}

const iopsOfNewType = 3_000
