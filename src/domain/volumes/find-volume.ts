import { Problem } from '#model/problem.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Volume } from './records.ts'
import { invalidVolume } from './volume-types.ts'

export type HeldVolume = Held<Volume, readonly [id: string]>
export type FindingVolumes = Needs<'volumes' | 'accountRegions' | 'instance'>

const volumeId = /^vol-[0-9a-f]{8}(?:[0-9a-f]{9})?$/

/** Raises `VolumeInvalid`. */
export function assertVolumeId(id: string): void {
  if (!volumeId.test(id)) throw invalidVolume('value', `Value (${id}) for parameter volumeId is invalid. Expected: 'vol-...'.`)
}

/** Notes it, found or not. */
export async function volumeById(
  context: FindingVolumes,
  call: Call,
  { id, ...place }: RegionOfAccount & { readonly id: string },
): Promise<HeldVolume | undefined> {
  const compartment = await regionCompartment(context, call, place)
  return compartment && context.volumes.get(call, compartment, [id])
}

export const volumeNotFound = (id: string): Problem => new Problem({ code: 'VolumeNotFound', details: { id } })
