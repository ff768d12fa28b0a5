import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import { placeOf } from './connect-key-store.ts'
import { keyStoresOf, type StoreNeeds } from './find-key-store.ts'
import { storeRefused } from './refusals.ts'

/** All stores, or the one of an id or a name. Raises `KeyStoreRefused` where that is not there. */
export async function listKeyStores(
  context: StoreNeeds,
  call: Call,
  request: RegionOfAccount & {
    readonly permit: Permit<'keyStore.describe'>
    readonly id?: string | undefined
    readonly name?: string | undefined
    readonly after: number
    readonly limit: number
  },
): Promise<{ readonly items: readonly KeyStore[]; readonly next?: number }> {
  const { permit, id, name, after, limit, ...place } = request
  assertPermitsRegion(permit, placeOf(place))
  const all = await keyStoresOf(context, call, placeOf(place))
  const asked = all.filter(({ value }) => (id === undefined || value.id === id) && (name === undefined || value.name === name))
  if (asked.length === 0 && (id ?? name) !== undefined)
    throw storeRefused('CustomKeyStoreNotFound', `There is no custom key store ${id ?? name ?? ''}.`)
  const rest = asked.filter(({ ord }) => ord > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(({ value }) => value), ...(rest.length > limit && last !== undefined && { next: last.ord }) }
}
