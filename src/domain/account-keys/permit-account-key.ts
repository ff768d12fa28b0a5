import assert from 'node:assert/strict'
import { scopeOf, type Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Found, type GivenGrant, type Owned, type OwnedFacts, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { grantsFor } from '#domain/account-keys/grants/grants-for.ts'
import { factsOf, keyFacts, noOwnedFacts, requestFacts } from './key-facts.ts'
import { hideTrailResource } from '#domain/audit/trail-facts.ts'
import { callersAccount, hiddenKey, type FoundAccountKey, type HeldAccountKey } from './find-account-key.ts'
import { accountArn, aliasArn, keyArn } from './key-arn.ts'
import type { AccountKey } from './records.ts'

export const scopeOfKey = (key: AccountKey): Scope => scopeOf(['', accountArn(key.accountId), keyArn(key)])

/** Names of a key that conditions may ask for: as many as the quota lets it have. */
const aliasesMax = 50

/** What an operation says of its request besides: `facts` by names in lower case, the rest as `Owned` has it. */
export type Said = Partial<Pick<Owned, 'facts' | 'encryptionContext' | 'child'>>

/** What is asked a permit of: the key with its policy, what was granted on it, and the facts of the request. */
export async function ownedKey(context: Needs<'keyAliases' | 'keyGrants'>, call: Call, asked: FoundAccountKey & Said): Promise<Found> {
  const { value, compartment } = asked.key
  const named = await context.keyAliases.listTagged(call, compartment, { tag: ['of', value.id], after: 0, limit: aliasesMax })
  const grants = await grantsFor(context, call, asked.key)
  return owned(asked, { aliases: () => named.map(held => held.value.name), grants })
}

/**
 * A permit for a key that was found. Grants only add to what policies give, and few policies speak of aliases: what the key's own record says is asked
 * first, and both are read only where that does not allow, or does not tell. Raises what `askAsNamed` raises.
 */
export async function permitKey<P extends Permission>(
  context: Needs<'access' | 'keyAliases' | 'keyGrants'>,
  call: Call,
  { permission, ...asked }: FoundAccountKey & Said & { readonly permission: P },
): Promise<Permit<P>> {
  const asksFor = { aliases: false }
  const aliases = (): readonly string[] => {
    asksFor.aliases = true
    return []
  }
  const permit = context.access.permitIf(call, permission, owned(asked, { aliases, grants: [] }))
  if (permit !== undefined && !asksFor.aliases) return permit
  const whole = await ownedKey(context, call, asked)
  return askAsNamed(call, asked, { permission, ask: one => context.access.permit(call, one, whole) })
}

interface ReadOfKey {
  /** Asked lazily. */
  readonly aliases: () => readonly string[]
  readonly grants: readonly GivenGrant[]
}

function owned({ key: { value }, alias, facts = noOwnedFacts, ...said }: FoundAccountKey & Said, { aliases, grants }: ReadOfKey): Found {
  const own = keyFacts(value, { aliases, ...(alias !== undefined && { asked: alias }) })
  return {
    on: scopeOfKey(value),
    owned: {
      ...said,
      account: value.accountId,
      arn: keyArn(value),
      kind: 'key',
      policy: value.policy,
      ...(value.bound !== undefined && { bound: value.bound }),
      grants,
      facts: factsOf(facts, own, requestFacts(value.region)),
    },
  }
}

/**
 * Asks about a key as it was named. Where another account's alias was named, whoever may not use it learns neither that the alias is there nor
 * which key it is of. Raises `AccessDenied`, `AccountKeyHidden`.
 */
export function askAsNamed<P extends Permission>(
  call: Call,
  { key: { value }, alias }: FoundAccountKey,
  { permission, ask }: { readonly permission: P; readonly ask: (permission: P) => Permit<P> },
): Permit<P> {
  try {
    return ask(permission)
  } catch (error) {
    const hides = alias !== undefined && value.accountId !== callersAccount(call)
    if (!hides || !(error instanceof Problem) || error.body.code !== 'AccessDenied') throw error
    const named = aliasArn({ ...value, name: alias })
    hideTrailResource(call.trail, keyArn(value))
    throw hiddenKey(permission, named)
  }
}

/** Opening compares: a permit is good for the key that it was asked for, and for no other. */
export function assertPermitsKey(permit: Permit<Permission>, { value }: HeldAccountKey): void {
  assertPermits(permit, scopeOfKey(value))
}

/** What belongs to no key: everything of the account in a Region, or what policies may name of it by an ARN. */
export interface PlaceAsked extends RegionOfAccount {
  readonly arn?: string
}

/** Making a key, lists. Only policies of the account's own principals decide it. */
export function ownedRegion(place: PlaceAsked, facts: OwnedFacts = noOwnedFacts): Found {
  const { accountId: account, region, arn = '*' } = place
  return { on: scopeOfRegion(place), owned: { account, arn, kind: 'account', facts: factsOf(facts, requestFacts(region)) } }
}

const scopeOfRegion = ({ accountId, region, arn = '*' }: PlaceAsked): Scope =>
  scopeOf(['', accountArn(accountId), `arn:aws:kms:${region}:${accountId}`, arn])

/** As `assertPermitsKey`, for what `ownedRegion` asked. */
export function assertPermitsRegion(permit: Permit<Permission>, place: PlaceAsked): void {
  assert.deepEqual(permit.question.on, scopeOfRegion(place), 'a permit opens only what it was asked for')
}
