import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { NewAccountKey } from '#domain/account-keys/create-account-key.ts'
import type { AccountKeySpec } from '#domain/account-keys/specs.ts'
import { invalidState, requireKeyStore, type HeldKeyStore } from './find-key-store.ts'
import { storeRefused } from './refusals.ts'
import { asked, askerOf, proxyOf } from './store-proxy.ts'
import { makeKeyInToken } from './store-token.ts'

type PlacingNeeds = Needs<
  'keyStores' | 'accountKeys' | 'accountRegions' | 'externalKeys' | 'tokenClusters' | 'store' | 'ground' | 'instance'
>

/** A key that is to stand in a store. */
export interface PlacedKey extends RegionOfAccount {
  readonly origin: 'keyStore' | 'externalKeyStore'
  readonly storeId?: string | undefined
  readonly externalKeyId?: string | undefined
  readonly spec: AccountKeySpec
  readonly multiRegion: boolean
}

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/**
 * Where a new key of a store is to stand: the store is connected, the key outside is there, does what it must and is no other KMS key's.
 * Raises `ValidationFailed`, `KeyOperationUnsupported`, `KeyStoreRefused`.
 */
export async function assertKeyInStore(
  context: PlacingNeeds,
  call: Call,
  placed: PlacedKey,
): Promise<Pick<NewAccountKey, 'storeId' | 'externalKeyId' | 'makeMaterial'>> {
  const { storeId, origin, externalKeyId } = assertSound(placed)
  const { accountId, region } = placed
  const store = await requireKeyStore(context, call, { accountId, region, id: storeId })
  if ((store.value.kind === 'external') !== (origin === 'externalKeyStore'))
    throw invalid(`The custom key store ${storeId} is not of the type that the Origin names.`)
  if (store.value.connection !== 'connected') throw invalidState(store, 'It must be connected for a key to be made in it.')
  if (externalKeyId === undefined) return { storeId, makeMaterial: async (making, arn) => makeKeyInToken(context, making, { store, arn }) }
  await assertExternal(context, call, { store, region, externalKeyId })
  return { storeId, externalKeyId }
}

function assertSound({ storeId, externalKeyId, origin, spec, multiRegion }: PlacedKey) {
  if (storeId === undefined) throw invalid('CustomKeyStoreId is required for a key of this Origin.')
  if (origin === 'externalKeyStore' && externalKeyId === undefined)
    throw invalid('XksKeyId is required for a key of Origin EXTERNAL_KEY_STORE.')
  if (origin === 'keyStore' && externalKeyId !== undefined) throw invalid('XksKeyId is valid only for a key of Origin EXTERNAL_KEY_STORE.')
  if (spec !== 'SYMMETRIC_DEFAULT' || multiRegion)
    throw new Problem({
      code: 'KeyOperationUnsupported',
      details: { message: 'A custom key store holds symmetric encryption keys of one Region only.' },
    })
  return { storeId, origin, ...(externalKeyId !== undefined && { externalKeyId }) }
}

async function assertExternal(
  context: PlacingNeeds,
  call: Call,
  { store, region, externalKeyId }: { readonly store: HeldKeyStore; readonly region: string; readonly externalKeyId: string },
): Promise<void> {
  const tag = ['externalKey', store.value.id, externalKeyId]
  const used = await context.accountKeys.listTagged(call, store.compartment, { tag, after: -1, limit: 1 })
  if (used.length > 0)
    throw storeRefused('XksKeyAlreadyInUse', `The external key ${externalKeyId} is associated with another KMS key already.`)
  const facts = await call.once(`external key ${externalKeyId}`, async () =>
    asked('key', context.externalKeys.describe(await proxyOf(context, store, region), externalKeyId, askerOf(call))),
  )
  const fits = facts.spec === 'AES_256' && facts.enabled && ['ENCRYPT', 'DECRYPT'].every(usage => facts.usages.includes(usage))
  if (!fits)
    throw storeRefused(
      'XksKeyInvalidConfiguration',
      `The external key ${externalKeyId} must be an enabled AES-256 key that encrypts and decrypts.`,
    )
}
