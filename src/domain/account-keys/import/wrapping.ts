import { aesUnwrap, canUnwrap } from '#crypto/aes-key-wrap.ts'
import type { EncryptionAlgorithm } from '#crypto/algorithms.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { UsableKey } from '#ports/crypto-module.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { accountKeySpecs } from '#domain/account-keys/specs.ts'

/** How material travels: under RSA alone, or under an AES key that is under RSA (RFC 8017 7.1; RFC 5649; aws-kms.md 3.3). */
export const wrappingAlgorithms = {
  RSAES_OAEP_SHA_1: { rsa: 'RSA-OAEP', aes: false },
  RSAES_OAEP_SHA_256: { rsa: 'RSA-OAEP-256', aes: false },
  RSA_AES_KEY_WRAP_SHA_1: { rsa: 'RSA-OAEP', aes: true },
  RSA_AES_KEY_WRAP_SHA_256: { rsa: 'RSA-OAEP-256', aes: true },
} as const satisfies Record<string, { readonly rsa: EncryptionAlgorithm; readonly aes: boolean }>

export type WrappingAlgorithm = keyof typeof wrappingAlgorithms

export const wrappingKeySpecs = { RSA_2048: 'RSA-2048', RSA_3072: 'RSA-3072', RSA_4096: 'RSA-4096' } as const
export type WrappingKeySpec = keyof typeof wrappingKeySpecs

export interface Wrapping {
  readonly algorithm: WrappingAlgorithm
  readonly spec: WrappingKeySpec
}

/** Not all that is wrapped fits every wrapping. Raises `KeyOperationUnsupported`. */
export function assertWraps({ algorithm, spec }: Wrapping, key: AccountKey): void {
  const { type } = accountKeySpecs[key.spec]
  const { aes } = wrappingAlgorithms[algorithm]
  const misfit = aes ? type === 'symmetric' || type === 'HMAC' : type === 'RSA' || (spec === 'RSA_2048' && key.spec === 'ECC_NIST_P521')
  if (!misfit) return
  const message = `${algorithm} with a wrapping key of ${spec} cannot be used for ${keyArn(key)}, whose key spec is ${key.spec}.`
  throw new Problem({ code: 'KeyOperationUnsupported', details: { message } })
}

const transportKeyBytes = 32

/** What was wrapped; the caller disposes of it. Raises `CiphertextInvalid`, for whatever reason. */
export async function unwrap(key: UsableKey, { algorithm, spec }: Wrapping, wrapped: Bytes): Promise<SecretBytes> {
  const { rsa, aes } = wrappingAlgorithms[algorithm]
  const modulusBytes = keySpecs[wrappingKeySpecs[spec]].bits / 8
  const underRsa = wrapped.subarray(0, modulusBytes)
  const underAes = wrapped.subarray(modulusBytes)
  if (underRsa.length !== modulusBytes || (aes ? !canUnwrap('padded', underAes.length) : underAes.length > 0)) throw invalid()
  const opened = await openedBy(key, rsa, underRsa)
  if (!aes) return opened
  using transportKey = opened
  if (transportKey.length !== transportKeyBytes) throw invalid()
  const unwrapped = aesUnwrap('padded', transportKey.bytes, underAes)
  if (unwrapped === undefined) throw invalid()
  return new SecretBytes(unwrapped)
}

async function openedBy(key: UsableKey, rsa: EncryptionAlgorithm, ciphertext: Bytes): Promise<SecretBytes> {
  try {
    return await key.decrypt(rsa, ciphertext)
  } catch (error) {
    if (error instanceof Problem && error.body.code === 'DecryptionFailed') throw invalid()
    throw error
  }
}

const invalid = (): Problem => new Problem({ code: 'CiphertextInvalid' })
