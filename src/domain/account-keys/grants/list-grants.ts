import { Problem } from '#model/problem.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { callersAccount, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertPermitsKey, assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Page } from '#domain/records/records.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { assertGrantId, grantById, type HeldGrant } from './find-grant.ts'

/** A grant as it is shown. */
export interface ShownGrant {
  readonly keyArn: string
  readonly grant: KeyGrant
}

type ListingNeeds = Needs<'keyGrants' | 'policyBook'>

/** Grants of one key, in the order of their making; all of it, one, or those of a grantee. Raises `GrantIdInvalid`. */
export async function listGrants(
  context: ListingNeeds,
  call: Call,
  request: Page & {
    readonly permit: Permit<'keyGrant.list'>
    readonly key: HeldAccountKey
    readonly grantId?: string | undefined
    readonly grantee?: string | undefined
  },
): Promise<Listed<ShownGrant>> {
  const { permit, key, grantId, grantee, after, limit } = request
  assertPermitsKey(permit, key)
  const { compartment, value } = key
  const shown = (held: HeldGrant): ShownGrant => ({ keyArn: keyArn(value), grant: today(context, held.value) })
  if (grantId !== undefined) {
    assertGrantId(grantId)
    const held = await grantById(context, call, { key, grantId })
    if (held === undefined) throw new Problem({ code: 'GrantIdInvalid' })
    return { items: grantee === undefined || held.value.grantee === grantee ? [shown(held)] : [] }
  }
  const page = { after, limit: limit + 1 }
  const listed =
    grantee === undefined
      ? await context.keyGrants.list(call, compartment, { collection: [value.id], ...page })
      : await context.keyGrants.listTagged(call, compartment, { tag: ['for', value.id, grantee], ...page })
  const last = listed[limit - 1]
  return { items: listed.slice(0, limit).map(shown), ...(listed.length > limit && last !== undefined && { next: last.ord }) }
}

/** Where a page of grants on keys of many accounts begins: behind this one of that compartment. */
export interface GrantsAfter {
  readonly compartment: string
  readonly ord: number
}

/** Grants in a Region that somebody of the caller's account may retire, on keys of whichever account. Raises `ArnInvalid`, `MarkerInvalid`. */
export async function listRetirableGrants(
  context: ListingNeeds & Needs<'accountRegions' | 'instance'>,
  call: Call,
  request: {
    readonly permit: Permit<'keyGrant.listRetirable'>
    readonly region: string
    readonly retiring: string
    readonly after?: GrantsAfter | undefined
    readonly limit: number
  },
): Promise<{ readonly items: readonly ShownGrant[]; readonly next?: GrantsAfter }> {
  const { permit, region, retiring, after, limit } = request
  assertPermitsRegion(permit, { accountId: callersAccount(call), region, arn: retiring })
  assertOwn(call, retiring)
  const places = placesIn(context, call, region)
  const first = after === undefined ? 0 : places.findIndex(({ compartment }) => compartment === after.compartment)
  if (first < 0) throw new Problem({ code: 'MarkerInvalid' })
  const found: (ShownGrant & GrantsAfter)[] = []
  for (const place of places.slice(first)) {
    const { compartment } = place
    const from = compartment === after?.compartment ? after.ord : -1
    const tag = ['retiring', retiring]
    const held = await context.keyGrants.listTagged(call, compartment, { tag, after: from, limit: limit + 1 - found.length })
    for (const { value, ord } of held)
      found.push({ keyArn: keyArn({ ...place, id: value.keyId }), grant: today(context, value), compartment, ord })
    if (found.length > limit) break
  }
  const last = found[limit - 1]
  const more = found.length > limit && last !== undefined
  return { items: found.slice(0, limit), ...(more && { next: { compartment: last.compartment, ord: last.ord } }) }
}

/**
 * What others may retire is theirs to know, on whosever keys: an account asks for its own principals, a service for itself. Who is there no more
 * is found by nobody. Raises `ArnInvalid`.
 */
function assertOwn({ who: { acting } }: Call, retiring: string): void {
  const [arn, , , , account] = retiring.split(':')
  if (acting?.kind === 'service' ? acting.arn === retiring : (arn === 'arn' && account === acting?.accountId) || gone.test(retiring)) return
  throw new Problem({
    code: 'ArnInvalid',
    details: { message: `ARN does not refer to a principal of the account ${acting?.accountId ?? ''}: ${retiring}` },
  })
}
const gone = /^A(?:IDA|ROA)[A-Z0-9]+$/

/** In the order of their making: what is made later stands behind every page that was given out. */
function placesIn(
  { accountRegions, instance }: Needs<'accountRegions' | 'instance'>,
  call: Call,
  region: string,
): readonly (RegionOfAccount & { readonly compartment: CompartmentId })[] {
  return accountRegions.all(call, instance.installation, held => held.value.region === region).map(held => held.value)
}

/** Whoever is gone is shown by the unique id: the grant is to nobody of that name any more. */
function today({ policyBook }: Needs<'policyBook'>, grant: KeyGrant): KeyGrant {
  const now = (name: string, id: string | undefined): string => {
    const [entity = ''] = id?.split(':') ?? []
    return id === undefined || policyBook.entities.find(entity) !== undefined ? name : entity
  }
  return {
    ...grant,
    grantee: now(grant.grantee, grant.granteeId),
    ...(grant.retiring !== undefined && { retiring: now(grant.retiring, grant.retiringId) }),
  }
}
