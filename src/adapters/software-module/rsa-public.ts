// RSA's public half by node:crypto, on the calling thread: under 60 µs (performance.md 5.1).
import { constants, publicDecrypt, publicEncrypt, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import type { EncryptionAlgorithm } from '#crypto/algorithms.ts'
import { digestInfo, emsaPkcs1, emsaPssVerify } from '#crypto/emsa.ts'
import type { Bytes } from '#model/brands.ts'
import type { RsaSignatureAlgorithm } from '#ports/key-mathematics.ts'

/** The length has been checked. */
export function rsaEncrypt(key: KeyObject, algorithm: EncryptionAlgorithm, plaintext: Bytes): Bytes {
  const row = encryptionAlgorithms[algorithm]
  const scheme =
    row.padding === 'oaep' ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: row.hash } : { padding: constants.RSA_PKCS1_PADDING }
  const ciphertext = publicEncrypt({ key, ...scheme }, plaintext)
  return new Uint8Array(ciphertext.buffer, ciphertext.byteOffset, ciphertext.length)
}

interface Signed {
  readonly algorithm: RsaSignatureAlgorithm
  readonly digest: Bytes
  readonly signature: Bytes
}

/** RSAVP1, then the whole encoding is compared: nothing is parsed (RFC 8017 8.1.2, 8.2.2). */
export function rsaVerify(key: KeyObject, { algorithm, digest, signature }: Signed): boolean {
  const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (signature.length * 8 !== modulusBits) return false
  const encoded = recovered(key, signature)
  if (encoded === undefined) return false
  const row = signatureAlgorithms[algorithm]
  if (row.scheme === 'pss') return emsaPssVerify({ digestName: row.hash, modulusBits }, digest, encoded)
  const data = row.scheme === 'raw' ? digest : digestInfo(row.hash, digest)
  return timingSafeEqual(encoded, emsaPkcs1(data, signature.length))
}

/** `undefined` for a representative that is not below the modulus. */
function recovered(key: KeyObject, signature: Bytes): Bytes | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature)
  } catch {
    return undefined
  }
}
