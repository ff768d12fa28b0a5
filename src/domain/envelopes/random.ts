import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import { invalidState, requireKeyStore, type HeldKeyStore } from '#domain/account-keys/stores/find-key-store.ts'
import { randomInToken } from '#domain/account-keys/stores/store-token.ts'

/** Random bytes for whoever asked; kept nowhere. The call zeroes them. Raises `KeyStoreRefused`, `KeyOperationUnsupported` for a store's own generator. */
export async function generateRandom(
  context: Needs<'ground' | 'keyStores' | 'accountRegions' | 'tokenClusters' | 'store' | 'instance'>,
  call: Call,
  request: RegionOfAccount & {
    readonly permit: Permit<'accountKey.generateRandom'>
    readonly bytes: number
    readonly storeId?: string | undefined
  },
): Promise<SecretBytes> {
  const { permit, bytes, storeId, ...place } = request
  assertPermitsRegion(permit, place)
  const drawn = await call.once('random bytes', async () =>
    storeId === undefined
      ? new SecretBytes(context.ground.random.bytes(bytes))
      : randomInToken(context, await storeThatDraws(context, call, { ...place, id: storeId }), bytes),
  )
  call.defer(drawn)
  return drawn
}

/** Stores of the external kind have no generator. Raises `KeyStoreRefused`, `KeyOperationUnsupported`. */
async function storeThatDraws(
  context: Needs<'keyStores' | 'accountRegions' | 'instance'>,
  call: Call,
  named: RegionOfAccount & { readonly id: string },
): Promise<HeldKeyStore> {
  const store = await requireKeyStore(context, call, named)
  if (store.value.kind === 'external')
    throw new Problem({
      code: 'KeyOperationUnsupported',
      details: { message: 'GenerateRandom is supported only in AWS CloudHSM key stores.' },
    })
  if (store.value.connection !== 'connected') throw invalidState(store, 'It must be connected for random bytes to be drawn in it.')
  return store
}
