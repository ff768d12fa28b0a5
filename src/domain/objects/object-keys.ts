import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { freshDataKey, openDataKey, type DataKeyNeeds } from './account-data-keys.ts'
import type { LayerKeys } from './byte-seal.ts'
import { bucketSecretPlace } from './create-bucket.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { DefaultEncryption, Encryption } from './records.ts'

/** What a request says of its object's encryption; the bucket's default where it says nothing. */
export type EncryptionWish =
  | { readonly method: 'service' }
  | {
      readonly method: 'accountKey'
      readonly layers: 1 | 2
      /** Absent: the key that the account has for the service. */
      readonly keyId?: string | undefined
      /** Pairs that its data key is bound to besides. */
      readonly context: Readonly<Record<string, string>>
      /** Absent: as the bucket has it. */
      readonly bucketKey?: boolean | undefined
    }
  /** 32 bytes that are kept nowhere. */
  | { readonly method: 'customer'; readonly key: Bytes }

export interface NewKeys {
  readonly encryption: Encryption
  readonly keys: LayerKeys
}

export type ObjectKeyNeeds = DataKeyNeeds & Needs<'store' | 'objects' | 'ground'>

/** Under what the new bytes of an object are encrypted. Raises what the key says to the caller: `AccessDenied`, `AccountKeyDisabled`, `AccountKeyNotFound` … */
export async function newObjectKeys(
  context: ObjectKeyNeeds,
  call: Call,
  { bucket, key, wish }: { readonly bucket: HeldBucket; readonly key: string; readonly wish: EncryptionWish | undefined },
): Promise<NewKeys> {
  const wanted = wish ?? wishOf(bucket.value.encryption)
  if (wanted.method === 'service') return { encryption: wanted, keys: [await bucketSecret(context, call, bucket)] }
  if (wanted.method === 'customer') return customers(context, wanted.key)
  const { layers, keyId, context: pairs } = wanted
  const bucketKey = wanted.bucketKey ?? (bucket.value.encryption.method === 'accountKey' && bucket.value.encryption.bucketKey)
  const shared = bucketKey && layers === 1
  const { keyArn, wrapped, plaintext } = await freshDataKey(context, call, { bucket: bucket.value, key, keyId, pairs, bucketKey: shared })
  const encryption = { method: 'accountKey', layers, keyArn, wrapped, context: pairs, bucketKey: shared } as const
  return { encryption, keys: await layered(context, call, { bucket, layers, dataKey: plaintext }) }
}

const wishOf = (encryption: DefaultEncryption): EncryptionWish =>
  encryption.method === 'service' ? encryption : { ...encryption, context: {} }

/**
 * What opens the bytes of an object. `shown`: the key that came with the request. Raises what the key says to the caller, and
 * `CustomerKeyMissing`, `CustomerKeyWrong`, `CustomerKeyUnasked`.
 */
export async function keysOfObject(
  context: ObjectKeyNeeds,
  call: Call,
  {
    bucket,
    key,
    encryption,
    shown,
  }: { readonly bucket: HeldBucket; readonly key: string; readonly encryption: Encryption; readonly shown: Bytes | undefined },
): Promise<LayerKeys> {
  refuseOtherKey(encryption, shown)
  if (encryption.method === 'service') return [await bucketSecret(context, call, bucket)]
  if (encryption.method === 'customer') return shown === undefined ? [] : [shown]
  const dataKey = await openDataKey(context, call, { bucket: bucket.value, key, encryption })
  return layered(context, call, { bucket, layers: encryption.layers, dataKey })
}

/** A key is shown exactly where the object was written with it. */
export function refuseOtherKey(encryption: Encryption, shown: Bytes | undefined): void {
  if (encryption.method !== 'customer') {
    if (shown !== undefined) throw new Problem({ code: 'CustomerKeyUnasked' })
    return
  }
  if (shown === undefined) throw new Problem({ code: 'CustomerKeyMissing' })
  if (!timingSafeEqual(checkOf(shown, Buffer.from(encryption.salt, 'hex')), Buffer.from(encryption.check, 'hex')))
    throw new Problem({ code: 'CustomerKeyWrong' })
}

const checkOf = (key: Bytes, salt: Bytes): Buffer => createHmac('sha256', key).update('keystead/customer-key').update(salt).digest()

function customers({ ground }: Needs<'ground'>, key: Bytes): NewKeys {
  const salt = ground.random.bytes(32)
  return { encryption: { method: 'customer', salt: salt.toHex(), check: checkOf(key, salt).toString('hex') }, keys: [key] }
}

async function layered(
  context: ObjectKeyNeeds,
  call: Call,
  { bucket, layers, dataKey }: { readonly bucket: HeldBucket; readonly layers: 1 | 2; readonly dataKey: SecretBytes },
): Promise<LayerKeys> {
  return layers === 1 ? [dataKey.bytes] : [dataKey.bytes, await bucketSecret(context, call, bucket)]
}

/** Its material, from the store each time: of the many buckets few are in use. Zeroed when the call ends. */
async function bucketSecret(
  context: Needs<'store' | 'objects' | 'ground'>,
  call: Call,
  { value: { compartment, name } }: HeldBucket,
): Promise<Bytes> {
  const place = bucketSecretPlace(context, compartment)
  const material = await context.store.material(place)
  if (material === undefined) throw new Error(`the bucket ${name} has no secret`)
  const secret = context.ground.barrier.openMaterial(place, material)
  call.defer(secret)
  return secret.bytes
}
