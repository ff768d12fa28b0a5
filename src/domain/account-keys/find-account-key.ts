import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Held } from '#domain/records/family.ts'
import { aliasArn, isArn, keyArn, parseKeyArn } from './key-arn.ts'
import type { AccountKey, KeyAlias } from './records.ts'

export type HeldAccountKey = Held<AccountKey, readonly [id: string]>
export type HeldKeyAlias = Held<KeyAlias, readonly [name: string]>

export type FindingNeeds = Needs<'accountRegions' | 'accountKeys' | 'keyAliases' | 'instance'>

export interface KeyNamed {
  /** As the caller wrote it: id, ARN, `alias/…`, ARN of an alias. */
  readonly id: string
  readonly region: string
  /** `key`: names that only aliases are do not do. */
  readonly accepts: 'any' | 'key'
  /** What it is looked for: some never reach another account's keys, and refusals name it. */
  readonly permission: Permission
}

/** A key, and the alias by which it was asked for, if it was by one. */
export interface FoundAccountKey {
  readonly key: HeldAccountKey
  readonly alias?: string
}

const keyId = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|mrk-[0-9a-f]{32})$/i
const notFound = (message: string): Problem => new Problem({ code: 'AccountKeyNotFound', details: { message } })
const invalidId = (id: string): Problem => notFound(`Invalid keyId '${id}'`)

/** Of a key of another account: that it is there is told no more than that it is not. */
export const hiddenKey = (permission: Permission, arn: string): Problem =>
  new Problem({ code: 'AccountKeyHidden', details: { action: permissionRow(permission).account ?? permission, arn } })

/** The account that the caller acts in. Who acts in none gets no further than the front door. */
export function callersAccount({ who }: Call): string {
  if (who.acting === undefined) throw new Error('a principal that acts in no account asks for its keys')
  return who.acting.accountId
}

/**
 * The key that a caller names, permitted or not; notes what it read. In the caller's own account what is not there is not found;
 * in another nobody learns what is there (aws-kms.md 4.1). Raises `AccountKeyNotFound`, `AliasNotFound`, `ArnInvalid`, `AccountKeyHidden`.
 */
export async function findAccountKey(context: FindingNeeds, call: Call, named: KeyNamed): Promise<FoundAccountKey> {
  const at = placeOf(call, named)
  const own = at.accountId === callersAccount(call)
  const hidden = (arn: string): Problem => hiddenKey(named.permission, arn)
  if (!own && permissionRow(named.permission).across !== true) throw hidden(named.id)
  if (at.kind === 'key') {
    const arn = keyArn({ ...at, id: at.name })
    call.target = { keyId: arn }
    const key = await accountKeyById(context, call, { ...at, id: at.name })
    if (key !== undefined) return { key }
    throw own ? notFound(`Key '${arn}' does not exist`) : hidden(arn)
  }
  const arn = aliasArn(at)
  const alias = await keyAliasByName(context, call, at)
  const key = alias && (await accountKeyById(context, call, { ...at, id: alias.value.keyId }))
  if (key === undefined) throw own ? new Problem({ code: 'AliasNotFound', details: { arn } }) : hidden(arn)
  call.target = { keyId: keyArn(key.value) }
  return { key, alias: at.name }
}

interface NamedPlace extends RegionOfAccount {
  readonly kind: 'key' | 'alias'
  readonly name: string
}

function placeOf(call: Call, { id, region, accepts }: KeyNamed): NamedPlace {
  if (!isArn(id)) {
    const place = { accountId: callersAccount(call), region }
    if (id.startsWith('alias/') && accepts === 'any') return { ...place, kind: 'alias', name: id }
    if (!keyId.test(id)) throw invalidId(id)
    return { ...place, kind: 'key', name: id.toLowerCase() }
  }
  const place = parseKeyArn(id)
  if (place === undefined) throw new Problem({ code: 'ArnInvalid', details: { message: `Invalid arn ${id}` } })
  if (place.region !== region) throw notFound(`Invalid arn ${place.region}`)
  if (place.kind === 'alias' ? accepts === 'key' : !keyId.test(place.name)) throw invalidId(id)
  return place.kind === 'alias' ? place : { ...place, name: place.name.toLowerCase() }
}

/** By its id alone; notes it, found or not. */
export async function accountKeyById(
  context: Needs<'accountRegions' | 'accountKeys' | 'instance'>,
  call: Call,
  { id, ...place }: RegionOfAccount & { readonly id: string },
): Promise<HeldAccountKey | undefined> {
  const compartment = await regionCompartment(context, call, place)
  return compartment && context.accountKeys.get(call, compartment, [id])
}

export async function keyAliasByName(
  context: Needs<'accountRegions' | 'keyAliases' | 'instance'>,
  call: Call,
  { name, ...place }: RegionOfAccount & { readonly name: string },
): Promise<HeldKeyAlias | undefined> {
  const compartment = await regionCompartment(context, call, place)
  return compartment && context.keyAliases.get(call, compartment, [name])
}
