import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'

/** Random bytes for whoever asked; kept nowhere. The call zeroes them. Raises `KeyStoreRefused`, `KeyOperationUnsupported` for a store's own generator. */
export async function generateRandom(
  { ground, keyStores, accountRegions, instance }: Needs<'ground' | 'keyStores' | 'accountRegions' | 'instance'>,
  call: Call,
  request: RegionOfAccount & {
    readonly permit: Permit<'accountKey.generateRandom'>
    readonly bytes: number
    readonly storeId?: string | undefined
  },
): Promise<SecretBytes> {
  const { permit, bytes, storeId, ...place } = request
  assertPermitsRegion(permit, place)
  if (storeId !== undefined) await refuseStore({ keyStores, accountRegions, instance }, call, { ...place, storeId })
  const drawn = new SecretBytes(ground.random.bytes(bytes))
  call.defer(drawn)
  return drawn
}

/** Stores of the external kind have no generator; those of the token kind none that is reached here. */
async function refuseStore(
  context: Needs<'keyStores' | 'accountRegions' | 'instance'>,
  call: Call,
  { storeId, ...place }: RegionOfAccount & { readonly storeId: string },
): Promise<never> {
  const compartment = await regionCompartment(context, call, place)
  const store = compartment && (await context.keyStores.get(call, compartment, [storeId]))
  if (store === undefined)
    throw new Problem({
      code: 'KeyStoreRefused',
      details: { name: 'CustomKeyStoreNotFoundException', message: `The custom key store ${storeId} does not exist.` },
    })
  throw new Problem({
    code: 'KeyOperationUnsupported',
    details: { message: 'GenerateRandom is supported only in custom key stores of the token kind.' },
  })
}
