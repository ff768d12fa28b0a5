import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Page } from '#domain/records/records.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { assertPermitsRegion } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'

/** All keys of an account in a Region, those that are to be deleted included, in the order of their making. */
export async function listAccountKeys(
  context: Needs<'accountRegions' | 'accountKeys' | 'instance'>,
  call: Call,
  { permit, accountId, region, after, limit }: RegionOfAccount & Page & { readonly permit: Permit<'accountKey.list'> },
): Promise<Listed<AccountKey>> {
  const place = { accountId, region }
  assertPermitsRegion(permit, place)
  const compartment = await regionCompartment(context, call, place)
  if (compartment === undefined) return { items: [] }
  const rows = await context.accountKeys.list(call, compartment, { collection: [], after, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(({ value }) => value), ...(rows.length > limit && last !== undefined && { next: last.ord }) }
}
