// A second box around what a key's own material has sealed: made with the key outside, and with that alone opened (aws-kms.md 3.5).
import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { ExternalCiphertext } from '#ports/external-keys.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { countUse } from './count-use.ts'
import { asked, askerOf, proxyOf } from './store-proxy.ts'

type OutsideNeeds = Needs<'keyStores' | 'externalKeys' | 'storeRates' | 'store' | 'ground' | 'instance'>

interface Boxed {
  readonly key: HeldAccountKey
  readonly box: Bytes
  /** What the box is bound to; the proxy binds it too. */
  readonly aad: Bytes
}

/** The box as it is for a key that stands here; sealed once more outside for one that stands in a store. Raises `KeyStoreRefused`. */
export async function sealOutside(context: OutsideNeeds, call: Call, { key, box, aad }: Boxed): Promise<Bytes> {
  const outside = await outsideOf(context, call, { key, doing: 'seal' })
  if (outside === undefined) return box
  const { proxy, keyId, asker } = outside
  return pack(await asked('use', context.externalKeys.encrypt(proxy, { keyId, plaintext: box, aad }, asker)))
}

/** Raises `CiphertextInvalid`, `KeyStoreRefused`. */
export async function openOutside(context: OutsideNeeds, call: Call, { key, box, aad }: Boxed): Promise<Bytes> {
  const outside = await outsideOf(context, call, { key, doing: 'open' })
  if (outside === undefined) return box
  const sealed = unpack(box)
  if (sealed === undefined) throw new Problem({ code: 'CiphertextInvalid' })
  const { proxy, keyId, asker } = outside
  return asked('use', context.externalKeys.decrypt(proxy, { keyId, sealed, aad }, asker))
}

async function outsideOf(
  context: OutsideNeeds,
  call: Call,
  { key: { value, compartment }, doing }: { readonly key: HeldAccountKey; readonly doing: 'seal' | 'open' },
) {
  if (value.externalKeyId === undefined) return undefined
  const store = await context.keyStores.get(call, compartment, [value.storeId ?? ''])
  assert(store !== undefined, 'a key in a store that is not there')
  await countUse(context, call, { storeId: store.value.id, doing })
  const proxy = await proxyOf(context, store, value.region)
  return { proxy, keyId: value.externalKeyId, asker: askerOf(call, keyArn(value)) }
}

const formatVersion = 1
const tagBytes = 16

/** u8 format ‖ u8 length, IV ‖ u8 length, metadata ‖ tag ‖ ciphertext. */
function pack({ iv, metadata = new Uint8Array(), tag, ciphertext }: ExternalCiphertext): Bytes {
  return Uint8Array.of(formatVersion, iv.length, ...iv, metadata.length, ...metadata, ...tag, ...ciphertext)
}

function unpack(box: Bytes): ExternalCiphertext | undefined {
  const [format, ivBytes = 0] = box
  const metadataAt = 2 + ivBytes
  const metadataBytes = box[metadataAt] ?? 0
  const tagAt = metadataAt + 1 + metadataBytes
  if (format !== formatVersion || (ivBytes !== 12 && ivBytes !== 16) || metadataBytes > 20 || box.length < tagAt + tagBytes)
    return undefined
  return {
    iv: box.subarray(2, metadataAt),
    ...(metadataBytes > 0 && { metadata: box.subarray(metadataAt + 1, tagAt) }),
    tag: box.subarray(tagAt, tagAt + tagBytes),
    ciphertext: box.subarray(tagAt + tagBytes),
  }
}
