import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { dayMs } from './due.ts'
import { accountKeyById, type HeldAccountKey } from './find-account-key.ts'
import { countKey } from './key-tally.ts'
import { destroyInToken, standsInToken } from './stores/store-token.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import { stageChange } from './stage-change.ts'

type DestroyingNeeds = Needs<
  | 'accountKeys'
  | 'keyAliases'
  | 'keyGrants'
  | 'grantTallies'
  | 'keyTallies'
  | 'keyUses'
  | 'accountRegions'
  | 'instance'
  | 'keyStores'
  | 'tokenClusters'
  | 'log'
  | 'ground'
  | 'store'
>

/** What one commit takes away at most: a key with very many grants goes in several steps, and does nothing meanwhile. */
const rowsMax = 500

/**
 * The end of a key: its record, every material, its aliases, its grants; what was encrypted under it stays closed for ever. Answers whether it is
 * gone: where it is not, grants are left for another step.
 */
export async function destroyAccountKey(
  context: DestroyingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.destroy'>; readonly key: HeldAccountKey },
): Promise<boolean> {
  assertPermitsKey(permit, key)
  const { accountKeys, keyAliases, keyGrants, grantTallies } = context
  const { compartment, value } = key
  const grants = await keyGrants.list(call, compartment, { collection: [value.id], after: 0, limit: rowsMax + 1 })
  for (const grant of grants.slice(0, rowsMax)) keyGrants.remove(call, grant)
  if (grants.length > rowsMax) return false
  for (const alias of await keyAliases.listTagged(call, compartment, { tag: ['of', value.id], after: 0, limit: rowsMax }))
    keyAliases.remove(call, alias)
  const tally = await grantTallies.get(call, compartment, [value.id])
  if (tally !== undefined) grantTallies.remove(call, tally)
  const used = await context.keyUses.get(call, compartment, [value.id])
  if (used !== undefined) context.keyUses.remove(call, used)
  await leaveRelated(context, call, key)
  if (standsInToken(key)) await destroyInToken(context, call, key)
  accountKeys.remove(call, key)
  if (value.manager === 'account') await countKey(context, call, { compartment, region: value.region, by: -1 })
  call.materials.push({ removeOf: key.id })
  return true
}

/** The keys of other Regions forget a replica that is gone; of a primary that waited for it the window begins. */
async function leaveRelated(context: DestroyingNeeds, call: Call, { value }: HeldAccountKey): Promise<void> {
  const { multiRegion, accountId, id } = value
  if (multiRegion === undefined || multiRegion.primary === value.region) return
  const replicas = multiRegion.replicas.filter(region => region !== value.region)
  for (const region of [multiRegion.primary, ...replicas]) {
    const related = await accountKeyById(context, call, { accountId, region, id })
    if (related === undefined) continue
    const { deletion } = related.value
    const begins = region === multiRegion.primary && replicas.length === 0 && deletion !== undefined && deletion.at === undefined
    stageChange(context, call, {
      key: related,
      change: {
        multiRegion: { ...multiRegion, replicas },
        ...(begins && { deletion: { ...deletion, at: call.at + deletion.windowDays * dayMs } }),
      },
    })
  }
}
