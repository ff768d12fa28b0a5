// What a private key must prove before it is stored: node:crypto alone lets RSA keys with a wrong d, e = 1, explicit curves
// and known-weak primes pass (security-and-reliability.md 5.8; key-vault.md 2.8).
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { judgeEcKey } from './import-gate-ec.ts'
import type { EcPrivateJwk } from './import-gate-ec.ts'
import { judgeRsaKey } from './import-gate-rsa.ts'
import type { RsaPrivateJwk } from './import-gate-rsa.ts'
import type { KeySpec } from './key-specs.ts'

/** JWK members as octets (base64url has been decoded). Leading zeros are of no account: az sends integers without padding. */
export type PrivateJwk = RsaPrivateJwk | EcPrivateJwk

/** PKCS #8 and SubjectPublicKeyInfo DER, both canonical. The caller zeroes `pkcs8`. */
export interface SoundKey {
  readonly spec: KeySpec
  readonly pkcs8: Uint8Array
  readonly publicKey: Uint8Array
}

/** A sentence about the key that names members and never values. */
export interface Flaw {
  readonly flaw: string
  /** Of an RSA modulus, where its size alone is the flaw. */
  readonly unsupportedBits?: number
}

const signAsync = promisify(sign)

/** Judges a private key by its numbers, then by OpenSSL: parsed, written again to the same bytes, and its halves belong together. */
export async function importGate(jwk: PrivateJwk): Promise<SoundKey | Flaw> {
  const judged = jwk.kty === 'RSA' ? await judgeRsaKey(jwk) : judgeEcKey(jwk)
  if ('flaw' in judged || (await openSslAgrees(judged))) return judged
  judged.pkcs8.fill(0)
  return { flaw: 'the key does not pass its pairwise consistency test' }
}

/** Signs on libuv's pool; only the parsing is on the caller's thread. */
async function openSslAgrees({ pkcs8, publicKey }: SoundKey): Promise<boolean> {
  const message = Buffer.from('pairwise consistency')
  try {
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: 'der', type: 'pkcs8' })
    const written = privateKey.export({ format: 'der', type: 'pkcs8' })
    const canonical = Buffer.compare(written, pkcs8) === 0
    written.fill(0)
    const signature = await signAsync('sha256', message, privateKey)
    return (
      canonical &&
      verify('sha256', message, createPublicKey({ key: Buffer.from(publicKey.buffer), format: 'der', type: 'spki' }), signature)
    )
  } catch {
    return false
  }
}
