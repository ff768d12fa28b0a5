// Keys that stand in the token of their store: AES-256, made there, never out of it (aws-kms.md 3.5).
import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Token, TokenKeyName } from '#ports/tokens.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import type { AccountKey, KeyStore } from '#domain/account-keys/records.ts'
import { countUse } from './count-use.ts'
import { secretPlace, type HeldKeyStore } from './find-key-store.ts'
import { askedOfToken } from './token-refusals.ts'

type TokenNeeds = Needs<'keyStores' | 'tokenClusters' | 'store' | 'ground'>
type UsingNeeds = TokenNeeds & Needs<'storeRates' | 'instance'>
type KeyMaterial = AccountKey['materials'][number]

/** The module that a material names which is in a token. */
const moduleName = 'token'

/** The token of a store, logged into with its password. Its calls reject with `TokenFailed`. */
export async function tokenOfStore(context: TokenNeeds, { compartment, value }: HeldKeyStore): Promise<Token> {
  assert(value.clusterId !== undefined, 'a store of tokens has a cluster')
  return context.tokenClusters.tokenOf({ storeId: value.id, clusterId: value.clusterId }, async () =>
    passwordOf(context, { compartment, id: value.id }),
  )
}

/** The caller disposes of it. */
export async function passwordOf(
  context: Needs<'keyStores' | 'store' | 'ground'>,
  { compartment, id }: Pick<HeldKeyStore, 'compartment'> & Pick<KeyStore, 'id'>,
): Promise<SecretBytes> {
  const place = secretPlace(context, compartment, id)
  const material = await context.store.material(place)
  assert(material !== undefined, 'a store of tokens without its password')
  return context.ground.barrier.openMaterial(place, material)
}

/** Of a key as people find it in the token: the key's ARN, and the id of its material. */
export const nameInToken = (arn: string, materialId: string): TokenKeyName => ({
  label: `keystead ${arn}`,
  id: Uint8Array.fromHex(materialId),
})

/** Once for all tries of the call; where it is not committed, the token has a key that nothing was encrypted with. Raises `KeyStoreRefused`. */
export async function makeKeyInToken(
  context: TokenNeeds,
  call: Call,
  { store, arn }: { readonly store: HeldKeyStore; readonly arn: string },
): Promise<KeyMaterial> {
  const id = await call.once(`key of ${arn} in its token`, async () => {
    const materialId = context.ground.random.bytes(32).toHex()
    const token = await askedOfToken(tokenOfStore(context, store))
    await askedOfToken(token.makeKey(nameInToken(arn, materialId)))
    return materialId
  })
  return { id, state: 'current', module: moduleName, createdAt: call.at }
}

interface InToken {
  readonly key: HeldAccountKey
  readonly material: KeyMaterial
  /** What the ciphertext is bound to: the token binds it too. */
  readonly aad: Bytes
}

export const standsInToken = ({ value }: HeldAccountKey): boolean => value.origin === 'keyStore'

/** IV of 12 bytes ‖ ciphertext ‖ tag of 16. Raises `KeyStoreRefused`, `Throttled`. */
export async function sealInToken(
  context: UsingNeeds,
  call: Call,
  { key, material, aad, plaintext }: InToken & { readonly plaintext: Bytes },
): Promise<Bytes> {
  const token = await usedToken(context, call, { key, doing: 'seal' })
  const { iv, ciphertext } = await askedOfToken(token.seal(nameInToken(keyArn(key.value), material.id), plaintext, aad))
  return Uint8Array.of(...iv, ...ciphertext)
}

/** `undefined` for whatever this key has not sealed so. Raises `KeyStoreRefused`, `Throttled`. */
export async function openInToken(
  context: UsingNeeds,
  call: Call,
  { key, material, aad, box }: InToken & { readonly box: Bytes },
): Promise<SecretBytes | undefined> {
  const token = await usedToken(context, call, { key, doing: 'open' })
  const parts = { iv: box.subarray(0, ivBytes), ciphertext: box.subarray(ivBytes) }
  return askedOfToken(token.unseal(nameInToken(keyArn(key.value), material.id), parts, aad))
}

const ivBytes = 12

async function usedToken(
  context: UsingNeeds,
  call: Call,
  { key, doing }: { readonly key: HeldAccountKey; readonly doing: 'seal' | 'open' },
): Promise<Token> {
  const store = await storeOf(context, call, key)
  await countUse(context, call, { storeId: store.value.id, doing })
  return askedOfToken(tokenOfStore(context, store))
}

async function storeOf({ keyStores }: Needs<'keyStores'>, call: Call, { value, compartment }: HeldAccountKey): Promise<HeldKeyStore> {
  const store = await keyStores.get(call, compartment, [value.storeId ?? ''])
  assert(store !== undefined, 'a key in a store that is not there')
  return store
}

/**
 * Takes the key out of its token once the call is committed: as the service does, as well as it can. Where the store is not connected, or the
 * token is away, what is left there opens nothing, for its ciphertexts name a key that is gone.
 */
export async function destroyInToken(context: TokenNeeds & Needs<'log'>, call: Call, key: HeldAccountKey): Promise<void> {
  const store = await storeOf(context, call, key)
  if (store.value.connection !== 'connected') return
  const arn = keyArn(key.value)
  const names = key.value.materials.map(({ id }) => nameInToken(arn, id))
  call.afterwards.push(() => {
    destroyed(context, store, names).catch((cause: unknown) => context.log.error('token.destroy-failed', cause, { key: arn }))
  })
}

async function destroyed(context: TokenNeeds, store: HeldKeyStore, names: readonly TokenKeyName[]): Promise<void> {
  const token = await tokenOfStore(context, store)
  for (const name of names) await token.destroyKey(name)
}

/** Bytes of the token's own generator. Raises `KeyStoreRefused`. */
export async function randomInToken(context: TokenNeeds, store: HeldKeyStore, bytes: number): Promise<SecretBytes> {
  const token = await askedOfToken(tokenOfStore(context, store))
  return askedOfToken(token.random(bytes))
}
