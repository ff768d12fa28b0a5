// Encodings of a digest for RSA signatures (RFC 8017 9), over the digest as given: Key Vault and KMS sign digests, not messages.
import assert from 'node:assert/strict'
import { hash, timingSafeEqual } from 'node:crypto'

export type DigestName = 'sha256' | 'sha384' | 'sha512'

/** DER of DigestInfo up to its digest (RFC 8017 9.2, note 1). */
const digestInfoPrefixes = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const satisfies Record<DigestName, string>

/** Concatenates into an own backing store. */
function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** DigestInfo of a digest, DER. */
export function digestInfo(digestName: DigestName, digest: Uint8Array): Uint8Array {
  return concat(Uint8Array.fromHex(digestInfoPrefixes[digestName]), digest)
}

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2) of `data`, a DigestInfo or what the caller takes for one: `00 01 FF… 00 data`, `bytes` long. */
export function emsaPkcs1(data: Uint8Array, bytes: number): Uint8Array {
  assert(data.length + 11 <= bytes, 'the data leaves no room for the padding')
  const encoded = new Uint8Array(bytes).fill(0xff)
  encoded[0] = 0
  encoded[1] = 1
  encoded[bytes - data.length - 1] = 0
  encoded.set(data, bytes - data.length)
  return encoded
}

/** What EMSA-PSS needs beside the digest; MGF1 uses the same hash and the salt is as long as the digest (RFC 7518 3.5). */
export interface PssParameters {
  readonly digestName: DigestName
  readonly modulusBits: number
}

/** EMSA-PSS-ENCODE (RFC 8017 9.1.1). */
export function emsaPssEncode({ digestName, modulusBits }: PssParameters, digest: Uint8Array, salt: Uint8Array): Uint8Array {
  const bits = modulusBits - 1
  const bytes = Math.ceil(bits / 8)
  assert(bytes >= digest.length + salt.length + 2, 'the modulus is too short for this hash')
  const dbBytes = bytes - digest.length - 1
  const h = hash(digestName, concat(new Uint8Array(8), digest, salt), 'buffer')
  const db = new Uint8Array(dbBytes)
  db[dbBytes - salt.length - 1] = 1
  db.set(salt, dbBytes - salt.length)
  return concat(unusedBitsCleared(xored(db, mgf1(digestName, h, dbBytes)), bits), h, Uint8Array.of(0xbc))
}

/** EMSA-PSS-VERIFY (RFC 8017 9.1.2): `encoded` has `ceil((modulusBits - 1) / 8)` bytes. */
export function emsaPssVerify({ digestName, modulusBits }: PssParameters, digest: Uint8Array, encoded: Uint8Array): boolean {
  const bits = modulusBits - 1
  const dbBytes = encoded.length - digest.length - 1
  const saltBytes = digest.length
  if (encoded.length !== Math.ceil(bits / 8) || dbBytes < saltBytes + 1 || encoded.at(-1) !== 0xbc) return false
  const maskedDb = encoded.subarray(0, dbBytes)
  const h = encoded.subarray(dbBytes, -1)
  if (!same(maskedDb, unusedBitsCleared(maskedDb, bits))) return false
  const db = unusedBitsCleared(xored(maskedDb, mgf1(digestName, h, dbBytes)), bits)
  const padding = db.subarray(0, dbBytes - saltBytes)
  if (padding.at(-1) !== 1 || padding.subarray(0, -1).some(byte => byte !== 0)) return false
  const salt = db.subarray(dbBytes - saltBytes)
  return same(h, hash(digestName, concat(new Uint8Array(8), digest, salt), 'buffer'))
}

/** MGF1 (RFC 8017 B.2.1). */
function mgf1(digestName: DigestName, seed: Uint8Array, bytes: number): Uint8Array {
  const mask = new Uint8Array(bytes)
  for (let at = 0, counter = 0; at < bytes; counter += 1) {
    const block = hash(digestName, concat(seed, Uint8Array.of(0, 0, counter >> 8, counter)), 'buffer')
    mask.set(block.subarray(0, bytes - at), at)
    at += block.length
  }
  return mask
}

const xored = (left: Uint8Array, right: Uint8Array): Uint8Array => left.map((byte, at) => byte ^ (right[at] ?? 0))

const same = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && timingSafeEqual(left, right)

/** The leftmost `8 * ceil(bits / 8) - bits` bits are zero. */
function unusedBitsCleared(bytes: Uint8Array, bits: number): Uint8Array {
  const cleared = Uint8Array.from(bytes)
  cleared[0] = (cleared[0] ?? 0) & (0xff >> (Math.ceil(bits / 8) * 8 - bits))
  return cleared
}
