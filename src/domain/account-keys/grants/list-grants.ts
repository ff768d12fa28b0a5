import { Problem } from '#model/problem.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { callersAccount, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { assertPermitsKey, assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import type { Held } from '#domain/records/family.ts'
import { assertGrantId, grantById, type HeldGrant } from './find-grant.ts'

/** Where a page of grants begins: behind this one of that compartment. */
export interface GrantsAfter {
  readonly compartment: string
  readonly ord: number
}

export interface GrantPage {
  readonly grants: readonly HeldGrant[]
  /** Absent: there are no more. */
  readonly next?: GrantsAfter
}

/** Grants of one key, in the order of their making; all of it, one, or those of a grantee. Raises `GrantIdInvalid`. */
export async function listGrants(
  context: Needs<'keyGrants'>,
  call: Call,
  request: {
    readonly permit: Permit<'keyGrant.list'>
    readonly key: HeldAccountKey
    readonly grantId?: string | undefined
    readonly grantee?: string | undefined
    readonly after?: GrantsAfter | undefined
    readonly limit: number
  },
): Promise<GrantPage> {
  const { permit, key, grantId, grantee, after, limit } = request
  assertPermitsKey(permit, key)
  const { compartment, value } = key
  if (grantId !== undefined) {
    assertGrantId(grantId)
    const grant = await grantById(context, call, { key, grantId })
    if (grant === undefined) throw new Problem({ code: 'GrantIdInvalid' })
    return { grants: grantee === undefined || grant.value.grantee === grantee ? [grant] : [] }
  }
  const page = { after: after?.ord ?? -1, limit: limit + 1 }
  const listed =
    grantee === undefined
      ? await context.keyGrants.list(call, compartment, { collection: [value.id], ...page })
      : await context.keyGrants.listTagged(call, compartment, { tag: ['for', value.id, grantee], ...page })
  return pageOf(listed, limit)
}

/** Grants in a Region that somebody of the caller's account may retire, on keys of whichever account. */
export async function listRetirableGrants(
  context: Needs<'keyGrants' | 'accountRegions' | 'instance'>,
  call: Call,
  request: {
    readonly permit: Permit<'keyGrant.listRetirable'>
    readonly region: string
    readonly retiring: string
    readonly after?: GrantsAfter | undefined
    readonly limit: number
  },
): Promise<GrantPage> {
  const { permit, region, retiring, after, limit } = request
  assertPermitsRegion(permit, { accountId: callersAccount(call), region })
  const compartments = compartmentsOf(context, call, region)
  const first = after === undefined ? 0 : compartments.findIndex(compartment => compartment === after.compartment)
  if (first < 0) throw new Problem({ code: 'MarkerInvalid' })
  const found: HeldGrant[] = []
  for (const compartment of compartments.slice(first)) {
    const from = compartment === after?.compartment ? after.ord : -1
    const tag = ['retiring', retiring]
    found.push(...(await context.keyGrants.listTagged(call, compartment, { tag, after: from, limit: limit + 1 - found.length })))
    if (found.length > limit) break
  }
  return pageOf(found, limit)
}

/** In the order of their making: what is made later stands behind every page that was given out. */
function compartmentsOf(
  { accountRegions, instance }: Needs<'accountRegions' | 'instance'>,
  call: Call,
  region: string,
): readonly CompartmentId[] {
  return accountRegions.all(call, instance.installation, held => held.value.region === region).map(held => held.value.compartment)
}

function pageOf(listed: readonly Held<KeyGrant, HeldGrant['path']>[], limit: number): GrantPage {
  const grants = listed.slice(0, limit)
  const last = grants.at(-1)
  return listed.length > limit && last !== undefined ? { grants, next: { compartment: last.compartment, ord: last.ord } } : { grants }
}
