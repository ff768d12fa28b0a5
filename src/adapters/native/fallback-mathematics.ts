// Stands in where the native module is missing: node:crypto and @noble/curves, slower, on the calling thread (design.md 7).
import assert from 'node:assert/strict'
import { constants, createCipheriv, createDecipheriv, createPrivateKey, createSecretKey, privateDecrypt, privateEncrypt } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import { digestInfo, emsaPssEncode } from '#crypto/emsa.ts'
import { ecPrivateScalar, ecPublicPoint } from '#crypto/private-key.ts'
import type { Bytes } from '#model/brands.ts'
import { sectorBytes } from '#ports/block-store.ts'
import type { EcPrivateKey, EcSpec, KeyMathematics, RsaPrivateKey, RsaSignatureAlgorithm } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'
import type { OpenSectorCipher } from '#ports/sector-cipher.ts'
import { fallbackMessages } from './fallback-messages.ts'
import { checkedDek, checkedSectors } from './sectors.ts'

const xts = 'aes-256-xts'

function tweak(sector: number): Bytes {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(sector), true)
  return bytes
}

/** One cipher object a sector: about 0.14 GB/s (disk-encryption.md E.1). */
export const fallbackSectorCipher: OpenSectorCipher = dek => {
  let key: KeyObject | undefined = createSecretKey(checkedDek(dek))
  const each = (start: typeof createCipheriv | typeof createDecipheriv) => (firstSector: number, inPlace: Bytes) => {
    assert(key !== undefined, 'the cipher is closed')
    let sector = checkedSectors(firstSector, inPlace)
    for (let at = 0; at < inPlace.length; at += sectorBytes) {
      inPlace.set(start(xts, key, tweak(sector)).update(inPlace.subarray(at, at + sectorBytes)), at)
      sector += 1
    }
  }
  return {
    encrypt: each(createCipheriv),
    decrypt: each(createDecipheriv),
    [Symbol.dispose]() {
      key = undefined
    },
  }
}

/** The same mathematics without the native module; a private operation blocks its thread for as long as it takes. */
export const fallbackMathematics: KeyMathematics = {
  openRsaKey: fallbackRsaKey,
  openEcKey: fallbackEcKey,
  messages: fallbackMessages,
}

function fallbackRsaKey(pkcs8: Bytes, random: Random): RsaPrivateKey {
  let key: KeyObject | undefined = createPrivateKey({
    key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length),
    format: 'der',
    type: 'pkcs8',
  })
  const opened = (): KeyObject => {
    assert(key !== undefined, 'the key is closed')
    return key
  }
  return {
    async decrypt(algorithm, ciphertext) {
      const row = encryptionAlgorithms[algorithm]
      const scheme =
        row.padding === 'oaep'
          ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: row.hash }
          : { padding: constants.RSA_PKCS1_PADDING }
      const parameters = { key: opened(), ...scheme }
      try {
        return plain(privateDecrypt(parameters, ciphertext))
      } catch {
        return undefined
      }
    },
    async sign(algorithm, digest) {
      return rsaSign({ key: opened(), random }, algorithm, digest)
    },
    [Symbol.dispose]() {
      key = undefined
    },
  }
}

/** The same bytes as a bare Uint8Array, which is what the native module answers with. */
const plain = (buffer: Buffer): Bytes => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)

function rsaSign({ key, random }: { key: KeyObject; random: Random }, algorithm: RsaSignatureAlgorithm, digest: Bytes): Bytes {
  const row = signatureAlgorithms[algorithm]
  if (row.scheme === 'pss') {
    const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 0
    const encoded = emsaPssEncode({ digestName: row.hash, modulusBits }, digest, random.bytes(digest.length))
    return plain(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded))
  }
  const value = row.scheme === 'raw' ? digest : digestInfo(row.hash, digest)
  return plain(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, value))
}

/** Where the native module is there, nothing of this is ever loaded. */
async function curveOf(spec: EcSpec) {
  if (spec === 'P-256K') return (await import('@noble/curves/secp256k1.js')).secp256k1
  const { p256, p384, p521 } = await import('@noble/curves/nist.js')
  return { 'P-256': p256, 'P-384': p384, 'P-521': p521 }[spec]
}

/** No malleability rule on either side: `lowS` is Bitcoin's, not JOSE's, and OpenSSL has none. */
const overDigest = { prehash: false, lowS: false, format: 'compact' } as const

function fallbackEcKey(spec: EcSpec, pkcs8: Bytes): EcPrivateKey {
  const scalar = ecPrivateScalar(spec, pkcs8)
  const publicKey = Uint8Array.from(ecPublicPoint(pkcs8))
  let closed = false
  return {
    async sign(digest) {
      const curve = await curveOf(spec)
      assert(!closed, 'the key is closed')
      return curve.sign(digest, scalar, overDigest)
    },
    async verify(digest, signature) {
      const curve = await curveOf(spec)
      assert(!closed, 'the key is closed')
      if (signature.length !== curve.lengths.signature) return false
      return curve.verify(signature, digest, publicKey, overDigest)
    },
    [Symbol.dispose]() {
      closed = true
      scalar.fill(0)
    },
  }
}
