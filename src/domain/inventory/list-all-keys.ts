import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { rotationDueAt } from '#domain/keys/due.ts'
import type { Key } from '#domain/keys/records.ts'
import { anyKeyType } from '#domain/keys/specs.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'

/** A key as an inventory shows it, whoever's it is: nothing of its material. Times are epoch milliseconds. */
export interface ListedKey {
  /** `kv1/k1`, or an ARN: by this its uses and dependents are found. */
  readonly name: string
  /** URL of its current version, or the ARN. */
  readonly kid: string
  readonly region: string
  readonly kty: string
  readonly spec: string
  readonly version: string
  readonly enabled: boolean
  readonly state: 'enabled' | 'disabled' | 'pendingImport' | 'pendingDeletion'
  readonly created: number
  readonly notBefore?: number
  readonly expires?: number
  readonly rotation: {
    /** ISO 8601 duration or days, as its policy has it. */
    readonly period?: string
    readonly next?: number
    /** When the current version or material was made. */
    readonly last: number
  }
}

/** Where a page ended: a vault's name or an account's Region, and how far in it. */
export interface InventoryCursor {
  readonly place: string
  readonly after: number
}

type Listing = Needs<'vaults' | 'keys' | 'accountRegions' | 'accountKeys' | 'instance'>

interface Place {
  readonly name: string
  read(
    call: Call,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly { readonly ord: number; readonly key: ListedKey }[]>
}

/** A page of the live keys of every vault and every account, place by place, in the order of their making. Raises `VaultNotFound`. */
export async function listAllKeys(
  context: Listing,
  call: Call,
  asked: {
    readonly permit: Permit<'instance.read'>
    /** One vault alone, by its name. */
    readonly vault?: string | undefined
    /** Keys of accounts too. */
    readonly accounts: boolean
    readonly from: InventoryCursor | undefined
    readonly limit: number
  },
): Promise<{ readonly keys: readonly ListedKey[]; readonly next?: InventoryCursor }> {
  assertPermits(asked.permit, rootScope)
  const { from, limit } = asked
  const keys: ListedKey[] = []
  for (const place of placesOf(context, asked)) {
    if (from !== undefined && place.name < from.place) continue
    const after = from?.place === place.name ? from.after : 0
    // One more than fits tells whether this place goes on.
    const room = limit - keys.length
    const rows = await place.read(call, { after, limit: room + 1 })
    keys.push(...rows.slice(0, room).map(({ key }) => key))
    if (rows.length > room) return { keys, next: { place: place.name, after: rows[room - 1]?.ord ?? after } }
  }
  return { keys }
}

function placesOf(context: Listing, asked: { readonly vault?: string | undefined; readonly accounts: boolean }): readonly Place[] {
  const only = asked.vault?.toLowerCase()
  const vaults = context.vaults.peek().map(({ value }) => placeOfVault(context, value))
  if (only !== undefined) {
    const found = vaults.filter(({ name }) => name === only)
    if (found.length === 0) throw new Problem({ code: 'VaultNotFound', details: { name: only } })
    return found
  }
  const regions = asked.accounts ? context.accountRegions.peek().map(({ value }) => placeOfRegion(context, value)) : []
  return [...vaults, ...regions].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const placeOfVault = (context: Listing, vault: Vault): Place => ({
  name: vault.name.toLowerCase(),
  async read(call, page) {
    const rows = await context.keys.listTagged(call, vault.compartment, { tag: ['state', 'live'], ...page })
    return rows.map(({ ord, value }) => ({ ord, key: keyOfVault(vault, value, context.instance.domain) }))
  },
})

function keyOfVault(vault: Vault, key: Key, domain: string): ListedKey {
  const version = currentVersion(key)
  const rotate = key.rotationPolicy?.lifetimeActions.find(({ action }) => action === 'Rotate')
  const next = rotationDueAt(key)
  const period = rotate?.timeAfterCreate ?? rotate?.timeBeforeExpiry
  return {
    name: `${vault.name}/${key.name}`,
    kid: `https://${vault.name.toLowerCase()}.vault.${domain}/keys/${key.name}/${version.id}`,
    region: vault.location,
    kty: anyKeyType(version),
    spec: version.spec,
    version: version.id,
    enabled: version.enabled,
    state: version.enabled ? 'enabled' : 'disabled',
    created: version.createdAt,
    ...(version.notBefore !== undefined && { notBefore: version.notBefore }),
    ...(version.expires !== undefined && { expires: version.expires }),
    rotation: { ...(period !== undefined && { period }), ...(next !== undefined && { next }), last: version.createdAt },
  }
}

const placeOfRegion = (
  { accountKeys }: Listing,
  { accountId, region, compartment }: { readonly accountId: string; readonly region: string; readonly compartment: CompartmentId },
): Place => ({
  name: `${accountId} ${region}`,
  async read(call, page) {
    const rows = await accountKeys.list(call, compartment, { collection: [], ...page })
    return rows.map(({ ord, value }) => ({ ord, key: keyOfAccount(value) }))
  },
})

function keyOfAccount(key: AccountKey): ListedKey {
  const arn = keyArn(key)
  const material = key.materials.findLast(({ state }) => state === 'current')
  const expires = material?.imported?.validTo
  return {
    name: arn,
    kid: arn,
    region: key.region,
    kty: key.usage,
    spec: key.spec,
    version: material?.id ?? '',
    enabled: key.enabled,
    state: stateOf(key),
    created: key.createdAt,
    ...(expires !== undefined && { expires }),
    rotation: rotationOf(key, material),
  }
}

/** Of a key whose material is still awaited, since it was made. */
const rotationOf = ({ rotation, createdAt }: AccountKey, material: AccountKey['materials'][number] | undefined): ListedKey['rotation'] => ({
  ...(rotation !== undefined && { period: `P${rotation.periodDays}D`, next: rotation.nextAt }),
  last: material?.rotatedAt ?? material?.createdAt ?? createdAt,
})

function stateOf(key: AccountKey): ListedKey['state'] {
  if (key.deletion !== undefined) return 'pendingDeletion'
  const present =
    key.origin !== 'imported' || key.materials.some(({ state, imported }) => state === 'current' && imported?.present === true)
  if (!present) return 'pendingImport'
  return key.enabled ? 'enabled' : 'disabled'
}
