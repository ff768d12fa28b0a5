import { digestLength, encryptionMisfit, isRsa, modulusBytes, plaintextBytesMax, signatureMisfit } from '#crypto/algorithm-fit.ts'
import { signatureAlgorithms } from '#crypto/algorithms.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { UsableKey } from '#ports/crypto-module.ts'
import type { Placement, RsaSignatureAlgorithm } from '#ports/key-mathematics.ts'
import type { OpenedKey } from './opened-key.ts'
import { incompatible, wrongLength } from '#model/algorithm-refusals.ts'
import { rsaEncrypt, rsaVerify } from './rsa-public.ts'

/** How a usable key comes to its opened key: on the calling thread, or when the pool has a thread for it. */
export type Work = <T>(placement: Placement, work: (key: OpenedKey) => Promise<T>) => Promise<T>

type RsaKey = Extract<OpenedKey, { readonly kty: 'RSA' }>
type EcKey = Extract<OpenedKey, { readonly kty: 'EC' }>

/** Everything is checked before the key is touched; what is slower than 100 µs waits for a thread (performance.md 5.1). */
export function usableKey(spec: KeySpec, work: Work): UsableKey {
  // P-256 alone has OpenSSL's fast field arithmetic on every platform.
  const ecPlacement: Placement = spec === 'P-256' ? 'inline' : 'pool'
  return {
    async encrypt(algorithm, plaintext) {
      checkPlaintext(spec, algorithm, plaintext)
      return work('inline', async key => rsaEncrypt(rsa(key).publicKey, algorithm, plaintext))
    },
    async decrypt(algorithm, ciphertext) {
      checkCiphertext(spec, algorithm, ciphertext)
      const plaintext = await work('pool', async key => rsa(key).privateKey.decrypt(algorithm, ciphertext))
      if (plaintext === undefined) throw new Problem({ code: 'DecryptionFailed' })
      return new SecretBytes(plaintext)
    },
    async sign(algorithm, digest) {
      checkDigest(spec, algorithm, digest)
      if (isRsaSignature(algorithm)) return work('pool', async key => rsa(key).privateKey.sign(algorithm, digest))
      return work(ecPlacement, async key => ec(key).privateKey.sign(digest, ecPlacement))
    },
    async verify(algorithm, digest, signature) {
      checkDigest(spec, algorithm, digest)
      if (isRsaSignature(algorithm)) return work('inline', async key => rsaVerify(rsa(key).publicKey, { algorithm, digest, signature }))
      return work(ecPlacement, async key => ec(key).privateKey.verify(digest, signature, ecPlacement))
    },
  }
}

const isRsaSignature = (algorithm: SignatureAlgorithm): algorithm is RsaSignatureAlgorithm => signatureAlgorithms[algorithm].kty === 'RSA'

/** An opened key is of its spec (opened-key.ts), and the algorithm fits the spec: anything else is a bug. */
function rsa(key: OpenedKey): RsaKey {
  if (key.kty !== 'RSA') throw new Error('an RSA key was expected')
  return key
}
function ec(key: OpenedKey): EcKey {
  if (key.kty !== 'EC') throw new Error('an EC key was expected')
  return key
}

function checkPlaintext(spec: KeySpec, algorithm: EncryptionAlgorithm, plaintext: Bytes): void {
  const max = plaintextBytesMax(encryptionSpec(spec, algorithm), algorithm)
  if (plaintext.length < 1 || plaintext.length > max) throw wrongLength(algorithm, plaintext.length, `1 to ${max.toString()}`)
}

function checkCiphertext(spec: KeySpec, algorithm: EncryptionAlgorithm, ciphertext: Bytes): void {
  const bytes = modulusBytes(encryptionSpec(spec, algorithm))
  if (ciphertext.length !== bytes) throw wrongLength(algorithm, ciphertext.length, bytes.toString())
}

function encryptionSpec(spec: KeySpec, algorithm: EncryptionAlgorithm) {
  const misfit = encryptionMisfit(spec, algorithm)
  if (misfit !== undefined) throw incompatible('encryption', algorithm, misfit)
  if (!isRsa(spec)) throw new Error('encryption is RSA’s')
  return spec
}

function checkDigest(spec: KeySpec, algorithm: SignatureAlgorithm, digest: Bytes): void {
  const misfit = signatureMisfit(spec, algorithm)
  if (misfit !== undefined) throw incompatible('signing', algorithm, misfit)
  const length = digestLength(spec, algorithm)
  if ('exactly' in length) {
    if (digest.length !== length.exactly) throw wrongLength(algorithm, digest.length, length.exactly.toString())
  } else if (digest.length < 1 || digest.length > length.atMost) {
    throw wrongLength(algorithm, digest.length, `1 to ${length.atMost.toString()}`)
  }
}
