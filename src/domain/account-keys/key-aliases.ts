import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Found, Permit } from '#domain/access/permit.ts'
import { scopeOf } from '#model/brands.ts'
import { assertPermits } from '#domain/access/permit.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Page } from '#domain/records/records.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { accountKeyById, keyAliasByName, type HeldAccountKey, type HeldKeyAlias } from './find-account-key.ts'
import { accountArn, aliasArn, keyArn } from './key-arn.ts'
import { requestFacts } from './key-facts.ts'
import { assertKeyState } from './key-states.ts'
import { isReservedAlias } from './managed-keys.ts'
import { assertPermitsKey, assertPermitsRegion } from './permit-account-key.ts'
import type { KeyAlias } from './records.ts'
import { accountKeySpecs } from './specs.ts'

type AliasNeeds = Needs<'keyAliases' | 'accountKeys' | 'accountRegions' | 'keyStores' | 'instance'>

export interface NamedAlias extends RegionOfAccount {
  readonly name: string
}

const scopeOfAlias = (alias: NamedAlias) => scopeOf(['', accountArn(alias.accountId), aliasArn(alias)])

/** A name is its account's: policies of its principals alone decide, and each key that is concerned is asked for besides. */
export const ownedAlias = (alias: NamedAlias): Found => ({
  on: scopeOfAlias(alias),
  owned: { account: alias.accountId, arn: aliasArn(alias), kind: 'account', facts: requestFacts(alias.region) },
})

/** Names that a key bears where quotas are in force. */
const aliasesMax = 50

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/** As an account may give it. Raises `ValidationFailed`, `AliasNameInvalid`. */
export function assertNewAliasName(name: string): void {
  assertAliasName(name)
  if (isReservedAlias(name))
    throw new Problem({ code: 'AliasNameInvalid', details: { message: 'Names that begin with alias/aws/ are reserved for AWS services.' } })
}

/** As there may be one; whose it is, its key's policy knows. Raises `ValidationFailed`. */
export function assertAliasName(name: string): void {
  if (!name.startsWith('alias/')) throw invalid('Alias must start with the prefix "alias/".')
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name)) throw invalid(`${name} contains invalid characters for an alias`)
}

/** Raises `LimitExceeded` where quotas are in force. */
async function assertRoom({ keyAliases, instance }: AliasNeeds, call: Call, { value, compartment }: HeldAccountKey): Promise<void> {
  if (!instance.throttle) return
  const named = await keyAliases.listTagged(call, compartment, { tag: ['of', value.id], after: 0, limit: aliasesMax })
  if (named.length >= aliasesMax)
    throw new Problem({ code: 'LimitExceeded', details: { message: `${keyArn(value)} has ${aliasesMax} aliases, which is the most.` } })
}

/** Another name of a key in its own account and Region. Raises `AliasTaken`, `LimitExceeded` and as `assertKeyState`. */
export async function createAlias(
  context: AliasNeeds,
  call: Call,
  request: {
    readonly alias: NamedAlias
    readonly key: HeldAccountKey
    readonly permits: { readonly alias: Permit<'keyAlias.create'>; readonly key: Permit<'keyAlias.create'> }
  },
): Promise<void> {
  const { alias, key, permits } = request
  assertPermits(permits.alias, scopeOfAlias(alias))
  assertPermitsKey(permits.key, key)
  await assertKeyState(context, call, { key, operation: 'createAlias' })
  const { name } = alias
  if ((await context.keyAliases.get(call, key.compartment, [name])) !== undefined)
    throw new Problem({ code: 'AliasTaken', details: { arn: aliasArn(alias) } })
  await assertRoom(context, call, key)
  context.keyAliases.create(call, key.compartment, {
    path: [name],
    value: { name, keyId: key.value.id, createdAt: call.at, updatedAt: call.at },
  })
}

/** A name and the key that it is of. Raises `AliasNotFound`. */
export async function requireAlias(
  context: AliasNeeds,
  call: Call,
  alias: NamedAlias,
): Promise<{ readonly held: HeldKeyAlias; readonly key: HeldAccountKey }> {
  const held = await keyAliasByName(context, call, alias)
  const key = held && (await accountKeyById(context, call, { ...alias, id: held.value.keyId }))
  if (held === undefined || key === undefined) throw new Problem({ code: 'AliasNotFound', details: { arn: aliasArn(alias) } })
  return { held, key }
}

/** Lets a name be of another key of the same type and usage; the one that it was of may be in any state. Raises `ValidationFailed` and as `createAlias`. */
export async function updateAlias(
  context: AliasNeeds,
  call: Call,
  request: {
    readonly alias: NamedAlias
    readonly held: HeldKeyAlias
    readonly from: HeldAccountKey
    readonly to: HeldAccountKey
    readonly permits: {
      readonly alias: Permit<'keyAlias.update'>
      readonly from: Permit<'keyAlias.update'>
      readonly to: Permit<'keyAlias.update'>
    }
  },
): Promise<void> {
  const { alias, held, from, to, permits } = request
  assertPermits(permits.alias, scopeOfAlias(alias))
  assertPermitsKey(permits.from, from)
  assertPermitsKey(permits.to, to)
  await assertKeyState(context, call, { key: to, operation: 'updateAlias' })
  if (!areAlike(from, to))
    throw invalid(`${aliasArn(alias)} is of a key of another type or usage than ${keyArn(to.value)}: an alias stays with its kind of key.`)
  if (from.id !== to.id) await assertRoom(context, call, to)
  context.keyAliases.update(call, held, { ...held.value, keyId: to.value.id, updatedAt: call.at })
}

/** Both symmetric, both pairs or both for codes of authentication, and for the same use. */
function areAlike({ value: one }: HeldAccountKey, { value: other }: HeldAccountKey): boolean {
  const [kind, otherKind] = [one, other].map(({ spec }) => {
    const { type } = accountKeySpecs[spec]
    return type === 'symmetric' || type === 'HMAC' ? type : 'pair'
  })
  return kind === otherKind && one.usage === other.usage
}

/** The name is free at once; a key in any state loses it. */
export function deleteAlias(
  context: AliasNeeds,
  call: Call,
  request: {
    readonly alias: NamedAlias
    readonly held: HeldKeyAlias
    readonly key: HeldAccountKey
    readonly permits: { readonly alias: Permit<'keyAlias.delete'>; readonly key: Permit<'keyAlias.delete'> }
  },
): void {
  const { alias, held, key, permits } = request
  assertPermits(permits.alias, scopeOfAlias(alias))
  assertPermitsKey(permits.key, key)
  context.keyAliases.remove(call, held)
}

/** Names in the order of their making: of one key, or all of the account in the Region. */
export async function listAliases(
  context: AliasNeeds,
  call: Call,
  request: RegionOfAccount & Page & { readonly permit: Permit<'keyAlias.list'>; readonly keyId?: string | undefined },
): Promise<Listed<KeyAlias>> {
  const { permit, accountId, region, keyId, after, limit } = request
  const place = { accountId, region }
  assertPermitsRegion(permit, place)
  const compartment = await regionCompartment(context, call, place)
  if (compartment === undefined) return { items: [] }
  const at = { after, limit: limit + 1 }
  const rows =
    keyId === undefined
      ? await context.keyAliases.list(call, compartment, { collection: [], ...at })
      : await context.keyAliases.listTagged(call, compartment, { tag: ['of', keyId], ...at })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(({ value }) => value), ...(rows.length > limit && last !== undefined && { next: last.ord }) }
}
