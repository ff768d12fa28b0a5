import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isRsa } from '#crypto/algorithm-fit.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { publicKeyOfPkcs8 } from '#crypto/private-key.ts'
import { specOfPublicKey } from '#crypto/public-key.ts'
import type { Bytes } from '#model/brands.ts'
import type { EcPrivateKey, KeyMathematics, RsaPrivateKey } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'

/** What the cache holds: a private key in OpenSSL, and RSA's public half for what needs no thread; keys of the other kinds as node:crypto has them. */
export type OpenedKey = Disposable &
  (
    | { readonly kty: 'RSA'; readonly privateKey: RsaPrivateKey; readonly publicKey: KeyObject }
    | { readonly kty: 'EC'; readonly privateKey: EcPrivateKey }
    | { readonly kty: 'secret'; readonly key: KeyObject }
    | { readonly kty: 'pair'; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  )

export interface KeyOpener {
  readonly mathematics: KeyMathematics
  readonly random: Random
}

/** Opens a PKCS #8 key that must be of this spec; the caller zeroes the bytes. */
export function openKey({ mathematics, random }: KeyOpener, spec: KeySpec, pkcs8: Bytes): OpenedKey {
  const spki = publicKeyOfPkcs8(pkcs8)
  assert(specOfPublicKey(spki) === spec, 'the material is of another spec')
  if (isRsa(spec)) {
    const publicKey = createPublicKey({ key: Buffer.from(spki.buffer, spki.byteOffset, spki.length), format: 'der', type: 'spki' })
    const privateKey = mathematics.openRsaKey(pkcs8, random)
    return {
      kty: 'RSA',
      privateKey,
      publicKey,
      [Symbol.dispose]: () => {
        privateKey[Symbol.dispose]()
      },
    }
  }
  const privateKey = mathematics.openEcKey(spec, pkcs8)
  return {
    kty: 'EC',
    privateKey,
    [Symbol.dispose]: () => {
      privateKey[Symbol.dispose]()
    },
  }
}

/** OpenSSL frees, and clears, what nobody refers to. */
const unreferenced = { [Symbol.dispose]: (): void => undefined }

/** A symmetric key; the caller zeroes the bytes. */
export const openSecret = (bytes: Bytes): OpenedKey => ({ kty: 'secret', key: createSecretKey(bytes), ...unreferenced })

/** Both halves of a PKCS #8 key; the caller zeroes the bytes. */
export function openPair(pkcs8: Bytes): OpenedKey {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length), format: 'der', type: 'pkcs8' })
  return { kty: 'pair', privateKey, publicKey: createPublicKey(privateKey), ...unreferenced }
}

export type OpenedPair = Extract<OpenedKey, { readonly kty: 'pair' }>

/** The kind of an opened key is its place's: anything else is a bug. */
export function secretOf(key: OpenedKey): KeyObject {
  assert(key.kty === 'secret', 'a symmetric key was expected')
  return key.key
}
export function pairOf(key: OpenedKey): OpenedPair {
  assert(key.kty === 'pair', 'a pair was expected')
  return key
}
