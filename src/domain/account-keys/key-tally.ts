import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { kinds } from '#domain/records/kinds.ts'
import { collectionId } from '#domain/records/records.ts'

/** Of an account in a Region, in any state; services' keys do not count (aws-kms.md 8). */
const keysMax = 100_000
const pageRows = 1_000

type TallyNeeds = Needs<'keyTallies' | 'store' | 'ground' | 'instance'>

/**
 * Counts a key that an account makes or that is gone: one record a Region, changed with the key, so that no making reads the others. Where
 * quotas are not in force none is kept, and who makes keys side by side does not wait for it. Raises `LimitExceeded`.
 */
export async function countKey(
  context: TallyNeeds,
  call: Call,
  { compartment, region, by }: Pick<RegionOfAccount, 'region'> & { readonly compartment: CompartmentId; readonly by: 1 | -1 },
): Promise<void> {
  const { keyTallies, instance } = context
  const tally = await keyTallies.get(call, compartment, [])
  if (!instance.throttle) {
    if (tally !== undefined) keyTallies.remove(call, tally)
    return
  }
  const keys = Math.max(0, (tally?.value.keys ?? (await keysThere(context, call, compartment))) + by)
  if (by > 0 && keys > keysMax)
    throw new Problem({
      code: 'LimitExceeded',
      details: { message: `The account has ${keysMax} KMS keys in ${region}, which is the most.` },
    })
  if (tally === undefined) keyTallies.create(call, compartment, { path: [], value: { keys } })
  else keyTallies.update(call, tally, { keys })
}

/** Once in the life of a Region: rows, unopened. Of a Region that is older than its tally services' keys count too, a handful. */
const keysThere = async ({ store, ground: { barrier } }: TallyNeeds, call: Call, compartment: CompartmentId): Promise<number> =>
  call.once(`keys in ${compartment}`, async () => {
    const of = collectionId(barrier, { compartment, family: 'accountKeys', collection: [] })
    let keys = 0
    for (let after = -1; ;) {
      const rows = await store.list(of, { after, limit: pageRows, kind: kinds.accountKeys })
      keys += rows.length
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageRows) return keys
      after = last.ord
    }
  })
