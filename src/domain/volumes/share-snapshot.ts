import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { accountKeyById } from '#domain/account-keys/find-account-key.ts'
import { parseKeyArn } from '#domain/account-keys/key-arn.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldSnapshot } from './find-snapshot.ts'
import { snapshotScope } from './place.ts'
import { everybody, type Snapshot } from './snapshot-records.ts'
import { invalidVolume } from './volume-types.ts'

const accountsMax = 1_000

type SharingNeeds = Needs<'snapshots' | 'snapshotShares' | 'accountKeys' | 'accountRegions' | 'instance'>

/**
 * Lets accounts, or everybody, make volumes and copies of it: by that they have its bytes as they are encrypted, and a right to its key by nothing but
 * the key's own policy. Raises `VolumeInvalid` for more than may be, and where the key could be opened to nobody else.
 */
export async function shareSnapshot(
  context: SharingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'snapshot.writeAttribute' | 'snapshot.resetAttribute'>
    readonly snapshot: HeldSnapshot
    readonly sharedWith: readonly string[]
  },
): Promise<void> {
  const { permit, snapshot } = request
  assertPermits(permit, snapshotScope(snapshot.value))
  const before = new Set(snapshot.value.sharedWith)
  const sharedWith = [...new Set(request.sharedWith)]
  const given = sharedWith.filter(whom => !before.has(whom))
  if (sharedWith.length > accountsMax) throw invalidVolume('value', `A snapshot is shared with ${accountsMax} accounts at most.`)
  if (given.length > 0) await assertShareable(context, call, { snapshot: snapshot.value, sharedWith })
  const { id, region, accountId } = snapshot.value
  for (const whom of given)
    context.snapshotShares.create(call, context.instance.installation, { path: [region, whom, id], value: { id, region, accountId } })
  const kept = new Set(sharedWith)
  await endShares(context, call, { snapshot: snapshot.value, whom: [...before].filter(one => !kept.has(one)) })
  context.snapshots.update(call, snapshot, { ...snapshot.value, sharedWith })
}

/** Whoever it is taken from finds it no more; what was made of it meanwhile stays. */
export async function endShares(
  { snapshotShares, instance }: Needs<'snapshotShares' | 'instance'>,
  call: Call,
  { snapshot: { region, id, sharedWith = [] }, whom = sharedWith }: { readonly snapshot: Snapshot; readonly whom?: readonly string[] },
): Promise<void> {
  for (const one of whom) {
    const held = await snapshotShares.get(call, instance.installation, [region, one, id])
    if (held !== undefined) snapshotShares.remove(call, held)
  }
}

async function assertShareable(
  context: SharingNeeds,
  call: Call,
  { snapshot: { key }, sharedWith }: { readonly snapshot: Snapshot; readonly sharedWith: readonly string[] },
): Promise<void> {
  if (key === undefined) return
  if (sharedWith.includes(everybody)) throw invalidVolume('notPermitted', 'Encrypted snapshots cannot be shared publicly')
  const place = parseKeyArn(key.arn)
  const held = place && (await accountKeyById(context, call, { ...place, id: place.name }))
  // Its policy is the service's: no other account can ever be let in.
  if (held?.value.manager === 'service') throw invalidVolume('notPermitted', 'Encrypted snapshots with EBS default key cannot be shared')
}
