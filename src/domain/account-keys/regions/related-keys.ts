import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'

type RelatedNeeds = Needs<'accountKeys' | 'accountRegions' | 'instance'>

/** A key that stands in one Region alone is its own primary. */
export const isPrimary = ({ multiRegion, region }: AccountKey): boolean => multiRegion === undefined || multiRegion.primary === region

/** Of a primary; a replica has none. */
export async function replicasOf(context: RelatedNeeds, call: Call, { value }: HeldAccountKey): Promise<readonly HeldAccountKey[]> {
  return isPrimary(value) ? keysIn(context, call, { key: value, regions: value.multiRegion?.replicas ?? [] }) : []
}

/** Is there material that waits for a rotation, and that a replica has not been brought yet? */
export async function waitsForReplicas(context: RelatedNeeds, call: Call, key: HeldAccountKey): Promise<boolean> {
  const replicas = await replicasOf(context, call, key)
  return replicas.some(({ value }) =>
    value.materials.some(({ state, imported }) => state === 'pendingRotation' && imported?.present === false),
  )
}

/** The same key in all other Regions, whichever of them is the primary. */
export async function relatedKeys(context: RelatedNeeds, call: Call, { value }: HeldAccountKey): Promise<readonly HeldAccountKey[]> {
  const { multiRegion, region } = value
  if (multiRegion === undefined) return []
  const regions = [multiRegion.primary, ...multiRegion.replicas].filter(other => other !== region)
  return keysIn(context, call, { key: value, regions })
}

async function keysIn(
  context: RelatedNeeds,
  call: Call,
  { key, regions }: { readonly key: AccountKey; readonly regions: readonly string[] },
): Promise<readonly HeldAccountKey[]> {
  const { accountId, id } = key
  const found = await Promise.all(regions.map(async region => accountKeyById(context, call, { accountId, region, id })))
  return found.filter(one => one !== undefined)
}
