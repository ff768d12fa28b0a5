import { aesUnwrap, canUnwrap } from '#crypto/aes-key-wrap.ts'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import { isMlDsa } from '#crypto/ml-dsa.ts'
import { membersOfPkcs8 } from '#crypto/pkcs8-members.ts'
import { isSymmetric } from '#crypto/symmetric.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addVersion, type MakingNeeds } from './add-version.ts'
import { findKey, type FoundKey } from './find-key.ts'
import { soundVersion, throughTheGate } from './import-key.ts'
import { useMaterial, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyArmId, keyScope, type KeyName } from './reference.ts'
import { assertTypeOffered } from './specs.ts'
import { keyUse } from './states.ts'

/** A key as it left another vault or HSM: under a key exchange key of this vault (key-vault.md 10.1). */
export interface WrappedKey {
  readonly exchangeKey: { readonly name: string; readonly version: string }
  /** RSA-OAEP of an AES-256 key ‖ AES key wrap with padding of the PKCS #8 key (CKM_RSA_AES_KEY_WRAP, PKCS #11 v3.0 2.1.21). */
  readonly ciphertext: Bytes
}

type BringingNeeds = MakingNeeds & KeyNeeds

const transportKeyBytes = 32

/**
 * Takes in a private key that is wrapped under a key exchange key of the same vault, through the gate like any other.
 * Raises `KeyTypeNeedsPremium`, `InvalidBody` for the exchange key, `KeyNotWhole` for whatever is wrong with the wrapping alike, and what `importKey` raises.
 */
export async function importWrappedKey(
  context: BringingNeeds,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.import'>
    readonly wrapped: WrappedKey
    /** What must come out; any curve where none is named. */
    readonly kty: 'RSA' | 'EC'
    readonly crv?: string | undefined
    readonly hsm: boolean
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name, wrapped, kty, crv, hsm } = request
  assertPermits(permit, keyScope(vault, name))
  assertTypeOffered(vault, { hsm })
  const exchange = await exchangeKeyOf(context, call, { vault, ...wrapped.exchangeKey })
  call.details.set('exchangeKey', `${keyArmId({ vault, name: exchange.key.value.name })}/${exchange.version.id}`)
  const sound = await call.once('imported key', async () => throughTheGate(call, await unwrapped(context, call, { exchange, wrapped })))
  if (keySpecs[sound.spec].kty !== kty || (crv !== undefined && crv !== sound.spec))
    throw new Problem({ code: 'KeyNotWhole', details: { message: 'The wrapped key is of another type than "kty" and "crv" say' } })
  return addVersion(context, call, soundVersion(context, { ...request, sound }))
}

/** Of its modulus; `undefined` for what is not RSA. */
function exchangeBits({ spec }: KeyVersion): number | undefined {
  if (isSymmetric(spec) || isMlDsa(spec)) return undefined
  const row = keySpecs[spec]
  return row.kty === 'RSA' ? row.bits : undefined
}

/** Live, enabled, valid now, in hardware's place, and good for nothing but this. */
async function exchangeKeyOf(context: BringingNeeds, call: Call, reference: KeyName & { readonly version: string }): Promise<FoundKey> {
  const found = await findKey(context, call, reference)
  const fits =
    found !== undefined &&
    found.version.hsm &&
    exchangeBits(found.version) !== undefined &&
    found.version.keyOps.join(' ') === 'import' &&
    keyUse(found.version, call.at).state === 'usable'
  if (fits) return found
  const message =
    'must be wrapped under a key exchange key of this vault: of type RSA-HSM, enabled, valid now, with the one operation import'
  throw new Problem({ code: 'InvalidBody', details: { name: 'key.key_hsm', message } })
}

async function unwrapped(
  context: BringingNeeds,
  call: Call,
  { exchange, wrapped }: { readonly exchange: FoundKey; readonly wrapped: WrappedKey },
): Promise<PrivateJwk> {
  const { ciphertext } = wrapped
  const modulusBytes = (exchangeBits(exchange.version) ?? 0) / 8
  const [underRsa, underAes] = [ciphertext.subarray(0, modulusBytes), ciphertext.subarray(modulusBytes)]
  if (underRsa.length !== modulusBytes || !canUnwrap('padded', underAes.length)) throw notUnwrapped()
  using transportKey = await transportKeyOf(context, exchange, underRsa)
  const pkcs8 = aesUnwrap('padded', transportKey.bytes, underAes)
  if (pkcs8 === undefined) throw notUnwrapped()
  call.defer(new SecretBytes(pkcs8))
  const members = membersOfPkcs8(pkcs8)
  if (members === undefined) throw notUnwrapped()
  return members
}

/** Where RSA refuses, a random key goes on to be refused by AES: which of the two it was is nobody's to know. */
async function transportKeyOf(context: BringingNeeds, exchange: FoundKey, underRsa: Bytes): Promise<SecretBytes> {
  const usable = await useMaterial(context, exchange)
  if (usable.kty !== 'RSA') throw new Error('a key exchange key is RSA')
  try {
    const opened = await usable.key.decrypt('RSA-OAEP', underRsa)
    if (opened.length === transportKeyBytes) return opened
    opened[Symbol.dispose]()
  } catch (error) {
    if (!(error instanceof Problem && error.body.code === 'DecryptionFailed')) throw error
  }
  return new SecretBytes(context.ground.random.bytes(transportKeyBytes))
}

const notUnwrapped = () => new Problem({ code: 'KeyNotWhole', details: { message: 'Its "key_hsm" does not unwrap to a key' } })
