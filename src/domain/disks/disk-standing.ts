import { compartmentOfGuid } from '#domain/instance.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import { keyStanding, type StandingNeeds } from './key-standing.ts'
import type { Disk, DiskEncryptionSet } from './records.ts'

export type HeldDisk = Held<Disk, readonly [armId: string]>
export type HeldSet = Held<DiskEncryptionSet, readonly [armId: string]>

export type DiskNeeds = StandingNeeds & Needs<'disks' | 'diskEncryptionSets'>

/** Can the disk's bytes be opened now? `because` is for people. */
export type DiskStanding = { readonly usable: true } | { readonly usable: false; readonly because: string }

/** Every key that a layer hangs on, through its set as it stands. Platform layers hang on nothing that a customer can take away. */
export async function diskStanding(context: DiskNeeds, call: Call, disk: Disk): Promise<DiskStanding> {
  for (const { wrapped } of disk.layers) {
    if (wrapped === undefined) continue
    const set = await setOf(context, call, disk)
    if (set === undefined) return { usable: false, because: 'the disk encryption set is gone' }
    const standing = await keyStanding(context, call, { set: set.value, keyUrl: wrapped.keyUrl })
    if (!standing.usable) return { usable: false, because: standing.because }
  }
  return { usable: true }
}

/** The set that a disk is under. */
export async function setOf(context: Needs<'diskEncryptionSets'>, call: Call, { encryption }: Disk): Promise<HeldSet | undefined> {
  return encryption.setId === undefined ? undefined : setByArmId(context, call, encryption.setId)
}

/** The set with that ARM id, in any case. */
export async function setByArmId(context: Needs<'diskEncryptionSets'>, call: Call, armId: string): Promise<HeldSet | undefined> {
  const subscriptionId = subscriptionOfArmId(armId)
  if (subscriptionId === undefined) return undefined
  return context.diskEncryptionSets.get(call, compartmentOfGuid(subscriptionId), [armId.toLowerCase()])
}

/** The disk with that ARM id, in any case. */
export async function diskByArmId(context: Needs<'disks'>, call: Call, armId: string): Promise<HeldDisk | undefined> {
  const subscriptionId = subscriptionOfArmId(armId)
  if (subscriptionId === undefined) return undefined
  return context.disks.get(call, compartmentOfGuid(subscriptionId), [armId.toLowerCase()])
}
