import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import type { Held } from '#domain/records/family.ts'
import { storeRefused } from './refusals.ts'

export type HeldKeyStore = Held<KeyStore, readonly [id: string]>
export type StoreNeeds = Needs<'keyStores' | 'accountRegions' | 'instance'>

/** Raises `KeyStoreRefused`: there is none of that id. */
export async function requireKeyStore(
  context: StoreNeeds,
  call: Call,
  { id, ...place }: RegionOfAccount & { readonly id: string },
): Promise<HeldKeyStore> {
  const compartment = await regionCompartment(context, call, place)
  const store = compartment && (await context.keyStores.get(call, compartment, [id]))
  if (store === undefined) throw storeRefused('CustomKeyStoreNotFound', `There is no custom key store ${id}.`)
  return store
}

export const invalidState = ({ value }: HeldKeyStore, why: string) =>
  storeRefused('CustomKeyStoreInvalidState', `The custom key store ${value.id} is ${value.connection}. ${why}`)

/** All of an account's in a Region, in the order of their making. */
export async function keyStoresOf(context: StoreNeeds, call: Call, place: RegionOfAccount): Promise<readonly HeldKeyStore[]> {
  const compartment = await regionCompartment(context, call, place)
  return compartment === undefined ? [] : context.keyStores.all(call, compartment)
}

/** Where the secret of a store's credential is, or the password of its token: its one material. */
export const secretPlace = (context: Needs<'keyStores'>, compartment: CompartmentId, id: string) => ({
  id: context.keyStores.idOf(compartment, [id]),
  version: '1'.padStart(32, '0'),
})
