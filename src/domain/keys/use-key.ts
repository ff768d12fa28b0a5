import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import { isMac, isSymmetricCipher, wrapsKeys, type MacAlgorithm, type SymmetricCipher } from '#crypto/symmetric.ts'
import { incompatible } from '#model/algorithm-refusals.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CipherInput, CipherOutput } from '#ports/crypto-module.ts'
import type { OpenKey } from './open-key.ts'

/** What encrypts and wraps, by whichever type of key. */
export type CipherAlgorithm = EncryptionAlgorithm | SymmetricCipher
/** What signs, or makes a code of authentication. */
export type AnySignatureAlgorithm = SignatureAlgorithm | MacAlgorithm

type Opened = Pick<OpenKey, 'usable'>

/** Raises `AlgorithmIncompatible` and what the algorithm says of its input. */
export async function encipher(
  { usable }: Opened,
  algorithm: CipherAlgorithm,
  what: CipherInput & { readonly value: Bytes },
): Promise<CipherOutput> {
  const { value, ...input } = what
  if (usable.kty === 'oct') {
    if (!isSymmetricCipher(algorithm)) throw incompatible('encryption', algorithm, { of: 'type', key: 'oct', algorithm: 'RSA' })
    return usable.key.encrypt(algorithm, value, input)
  }
  if (isSymmetricCipher(algorithm)) throw incompatible('encryption', algorithm, { of: 'type', key: usable.kty, algorithm: 'oct' })
  return { value: await usable.key.encrypt(algorithm, value) }
}

/** The caller disposes of what comes out. Raises `DecryptionFailed` for every cause alike, and as `encipher`. */
export async function decipher(
  { usable }: Opened,
  algorithm: CipherAlgorithm,
  what: CipherInput & { readonly value: Bytes },
): Promise<SecretBytes> {
  const { value, ...input } = what
  if (usable.kty === 'oct') {
    if (!isSymmetricCipher(algorithm)) throw incompatible('encryption', algorithm, { of: 'type', key: 'oct', algorithm: 'RSA' })
    return usable.key.decrypt(algorithm, value, input)
  }
  if (isSymmetricCipher(algorithm)) throw incompatible('encryption', algorithm, { of: 'type', key: usable.kty, algorithm: 'oct' })
  return usable.key.decrypt(algorithm, value)
}

const typeOf = (algorithm: SignatureAlgorithm): string => (algorithm.startsWith('ES') ? 'EC' : 'RSA')

export async function signWith({ usable }: Opened, algorithm: AnySignatureAlgorithm, value: Bytes): Promise<Bytes> {
  if (usable.kty === 'oct') {
    if (!isMac(algorithm)) throw incompatible('signing', algorithm, { of: 'type', key: 'oct', algorithm: typeOf(algorithm) })
    return usable.key.sign(algorithm, value)
  }
  if (isMac(algorithm)) throw incompatible('signing', algorithm, { of: 'type', key: usable.kty, algorithm: 'oct' })
  return usable.key.sign(algorithm, value)
}

export async function verifyWith(
  { usable }: Opened,
  algorithm: AnySignatureAlgorithm,
  said: { readonly value: Bytes; readonly signature: Bytes },
): Promise<boolean> {
  if (usable.kty === 'oct') {
    if (!isMac(algorithm)) throw incompatible('signing', algorithm, { of: 'type', key: 'oct', algorithm: typeOf(algorithm) })
    return usable.key.verify(algorithm, said.value, said.signature)
  }
  if (isMac(algorithm)) throw incompatible('signing', algorithm, { of: 'type', key: usable.kty, algorithm: 'oct' })
  return usable.key.verify(algorithm, said.value, said.signature)
}

/** Of AES the algorithms of key wrap alone are for keys. Raises `AlgorithmIncompatible`. */
export function assertWraps(algorithm: CipherAlgorithm): void {
  if (isSymmetricCipher(algorithm) && !wrapsKeys(algorithm))
    throw new Problem({
      code: 'AlgorithmIncompatible',
      details: { message: `The algorithm '${algorithm}' encrypts and decrypts; it wraps no keys.` },
    })
}
