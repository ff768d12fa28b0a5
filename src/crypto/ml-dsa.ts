// ML-DSA (FIPS 204) as PKCS #8 of its seed and as SubjectPublicKeyInfo (RFC 9881), and as JWK members (draft-ietf-cose-dilithium).
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { bitString, sequenceOf } from './der.ts'

/** Content of each OBJECT IDENTIFIER, hex, and what FIPS 204 table 2 says of lengths in bytes. */
export const mlDsaSpecs = {
  'ML-DSA-44': { kty: 'AKP', oid: '608648016503040311', publicBytes: 1_312, signatureBytes: 2_420, name: 'ml-dsa-44' },
  'ML-DSA-65': { kty: 'AKP', oid: '608648016503040312', publicBytes: 1_952, signatureBytes: 3_309, name: 'ml-dsa-65' },
  'ML-DSA-87': { kty: 'AKP', oid: '608648016503040313', publicBytes: 2_592, signatureBytes: 4_627, name: 'ml-dsa-87' },
} as const

export type MlDsaSpec = keyof typeof mlDsaSpecs

export const isMlDsa = (spec: string): spec is MlDsaSpec => Object.hasOwn(mlDsaSpecs, spec)

export const seedBytes = 32
/** FIPS 204 5.2. */
export const contextBytesMax = 255
/** Of the hash of public key and message (FIPS 204 6.2, line 6). */
export const muBytes = 64

/** PrivateKeyInfo{0, oid, [0] seed}: nothing in it but the seed changes. The caller zeroes both. */
export function mlDsaPkcs8(spec: MlDsaSpec, seed: Uint8Array): Uint8Array {
  const head = Uint8Array.fromHex(`3034020100300b0609${mlDsaSpecs[spec].oid}04228020`)
  const pkcs8 = new Uint8Array(head.length + seedBytes)
  pkcs8.set(head)
  pkcs8.set(seed, head.length)
  return pkcs8
}

/** SubjectPublicKeyInfo of a private key; the caller zeroes `pkcs8`. */
export function mlDsaPublicKey(pkcs8: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return Uint8Array.from(spki)
}

/** The public key itself, `pub` of a JWK; a view. */
export const mlDsaPublicBytes = (spki: Uint8Array): Uint8Array => bitString(sequenceOf(spki), 1)

/** Which of them a PKCS #8 key as `mlDsaPkcs8` writes it is of. */
export function mlDsaSpecOf(pkcs8: Uint8Array): MlDsaSpec {
  const oid = pkcs8.subarray(9, 18).toHex()
  const found = Object.keys(mlDsaSpecs)
    .filter(isMlDsa)
    .find(spec => mlDsaSpecs[spec].oid === oid)
  if (found === undefined) throw new Error('the private key is of no known set of parameters')
  return found
}

/** µ: of the public key, the context and the message (FIPS 204 algorithms 2 and 7). */
export function mlDsaMu(publicKey: Uint8Array, message: Uint8Array, context = new Uint8Array()): Uint8Array {
  const of = (...parts: readonly Uint8Array[]): Uint8Array => {
    const shake = createHash('shake256', { outputLength: muBytes })
    for (const part of parts) shake.update(part)
    return Uint8Array.from(shake.digest())
  }
  return of(of(publicKey), Uint8Array.of(0, context.length), context, message)
}

/** The seed in a PKCS #8 key as `mlDsaPkcs8` writes it; a view. */
export function mlDsaSeed(pkcs8: Uint8Array): Uint8Array {
  if (pkcs8.length !== 22 + seedBytes) throw new Error('the private key does not keep its seed alone')
  return pkcs8.subarray(-seedBytes)
}
