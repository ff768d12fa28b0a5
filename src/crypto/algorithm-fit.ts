// Which algorithm fits which key, and how long its inputs are (key-vault.md 2.6). One rule for every module and every wire.
import { encryptionAlgorithms, signatureAlgorithms } from './algorithms.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from './algorithms.ts'
import { keySpecs } from './key-specs.ts'
import type { KeySpec } from './key-specs.ts'

/** What of a key an algorithm does not fit; names only. */
export interface Misfit {
  readonly of: 'type' | 'curve' | 'size' | 'parameters'
  readonly key: string
  readonly algorithm: string
}

type RsaSpecName = Extract<KeySpec, `RSA-${string}`>

export const isRsa = (spec: KeySpec): spec is RsaSpecName => keySpecs[spec].kty === 'RSA'

/** `undefined` where the encryption algorithm fits the key. */
export function encryptionMisfit(spec: KeySpec, algorithm: EncryptionAlgorithm): Misfit | undefined {
  const { kty } = encryptionAlgorithms[algorithm]
  return isRsa(spec) ? undefined : { of: 'type', key: keySpecs[spec].kty, algorithm: kty }
}

/** `undefined` where the signature algorithm fits the key. */
export function signatureMisfit(spec: KeySpec, algorithm: SignatureAlgorithm): Misfit | undefined {
  const row = signatureAlgorithms[algorithm]
  const { kty } = keySpecs[spec]
  if (row.kty !== kty) return { of: 'type', key: kty, algorithm: row.kty }
  if (row.kty === 'EC' && row.spec !== spec) return { of: 'curve', key: spec, algorithm: row.spec }
  return undefined
}

/** Length of the modulus: of every ciphertext and every RSA signature, in bytes. */
export const modulusBytes = (spec: RsaSpecName): number => keySpecs[spec].bits / 8

/** Longest plaintext, in bytes (RFC 8017 7.1.1, 7.2.1). */
export const plaintextBytesMax = (spec: RsaSpecName, algorithm: EncryptionAlgorithm): number =>
  modulusBytes(spec) - encryptionAlgorithms[algorithm].overheadBytes

/** What a signature algorithm takes: a digest of one length, or raw bytes to a length (RSNULL: type-1 padding takes 11 bytes). */
export function digestLength(spec: KeySpec, algorithm: SignatureAlgorithm): { readonly exactly: number } | { readonly atMost: number } {
  const row = signatureAlgorithms[algorithm]
  if ('digestBytes' in row) return { exactly: row.digestBytes }
  return { atMost: keySpecs[spec].bits / 8 - 11 }
}
