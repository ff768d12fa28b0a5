import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import { isMlDsa, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { isMac, isSymmetricCipher, wrapsKeys, type MacAlgorithm, type SymmetricCipher } from '#crypto/symmetric.ts'
import { incompatible, wrongParameter } from '#model/algorithm-refusals.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CipherInput, CipherOutput } from '#ports/crypto-module.ts'
import type { OpenKey } from './open-key.ts'

/** What encrypts and wraps, by whichever type of key. */
export type CipherAlgorithm = EncryptionAlgorithm | SymmetricCipher
/** What signs, or makes a code of authentication. */
export type AnySignatureAlgorithm = SignatureAlgorithm | MacAlgorithm | MlDsaSpec

/** What does the work knows a type and no name: the refusal names the key here (key-vault.md 1.5). */
async function naming<T>({ key, version }: OpenKey, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Problem) || error.body.code !== 'AlgorithmIncompatible') throw error
    const details = { ...error.body.details, key: { name: key.value.name, version: version.id } }
    throw new Problem({ code: 'AlgorithmIncompatible', details }, { cause: error })
  }
}

type Opened = Pick<OpenKey, 'usable'>

const noCipher = (kty: string, algorithm: CipherAlgorithm): Problem =>
  incompatible('encryption', algorithm, { of: 'type', key: kty, algorithm: isSymmetricCipher(algorithm) ? 'oct' : 'RSA' })

/** Raises `AlgorithmIncompatible` and what the algorithm says of its input. */
export const encipher = async (
  opened: OpenKey,
  algorithm: CipherAlgorithm,
  input: CipherInput & { readonly value: Bytes },
): Promise<CipherOutput> => naming(opened, encrypted(opened, algorithm, input))

async function encrypted(
  { usable }: Opened,
  algorithm: CipherAlgorithm,
  { value, ...input }: CipherInput & { readonly value: Bytes },
): Promise<CipherOutput> {
  if (usable.kty === 'oct' && isSymmetricCipher(algorithm)) return usable.key.encrypt(algorithm, value, input)
  if (usable.kty === 'oct' || usable.kty === 'AKP' || isSymmetricCipher(algorithm)) throw noCipher(usable.kty, algorithm)
  return { value: await usable.key.encrypt(algorithm, value) }
}

/** The caller disposes of what comes out. Raises `DecryptionFailed` for every cause alike, and as `encipher`. */
export const decipher = async (
  opened: OpenKey,
  algorithm: CipherAlgorithm,
  input: CipherInput & { readonly value: Bytes },
): Promise<SecretBytes> => naming(opened, decrypted(opened, algorithm, input))

async function decrypted(
  { usable }: Opened,
  algorithm: CipherAlgorithm,
  { value, ...input }: CipherInput & { readonly value: Bytes },
): Promise<SecretBytes> {
  if (usable.kty === 'oct' && isSymmetricCipher(algorithm)) return usable.key.decrypt(algorithm, value, input)
  if (usable.kty === 'oct' || usable.kty === 'AKP' || isSymmetricCipher(algorithm)) throw noCipher(usable.kty, algorithm)
  return usable.key.decrypt(algorithm, value)
}

function typeFor(algorithm: AnySignatureAlgorithm): string {
  if (isMlDsa(algorithm)) return 'AKP'
  if (isMac(algorithm)) return 'oct'
  return algorithm.startsWith('ES') ? 'EC' : 'RSA'
}

const noSigner = (kty: string, algorithm: AnySignatureAlgorithm): Problem =>
  incompatible('signing', algorithm, { of: 'type', key: kty, algorithm: typeFor(algorithm) })

/** `context`: of ML-DSA alone (FIPS 204 5.2); with another key it is refused, for it would bind nothing. */
export interface Said {
  readonly value: Bytes
  readonly context?: Bytes | undefined
}

type Claimed = Said & { readonly signature: Bytes }

function assertFits({ usable }: Opened, algorithm: AnySignatureAlgorithm, { context }: Said): void {
  if (usable.kty !== 'AKP' && context !== undefined && !isMlDsa(algorithm))
    throw wrongParameter('context', `must not be given: ${algorithm} has none`)
  if (usable.kty === 'AKP' && isMlDsa(algorithm) && algorithm !== usable.spec)
    throw incompatible('signing', algorithm, { of: 'parameters', key: usable.spec, algorithm })
}

/** Raises `AlgorithmIncompatible`, `ValueLengthInvalid`, `InvalidBody`. */
export const signWith = async (opened: OpenKey, algorithm: AnySignatureAlgorithm, said: Said): Promise<Bytes> =>
  naming(opened, signed(opened, algorithm, said))

async function signed(opened: Opened, algorithm: AnySignatureAlgorithm, said: Said): Promise<Bytes> {
  assertFits(opened, algorithm, said)
  const { usable } = opened
  if (usable.kty === 'AKP' && isMlDsa(algorithm)) return usable.key.sign(said.value, said.context)
  if (usable.kty === 'oct' && isMac(algorithm)) return usable.key.sign(algorithm, said.value)
  if (usable.kty === 'AKP' || usable.kty === 'oct' || isMac(algorithm) || isMlDsa(algorithm)) throw noSigner(usable.kty, algorithm)
  return usable.key.sign(algorithm, said.value)
}

/** False for a signature of any wrong length. Raises as `signWith`. */
export const verifyWith = async (opened: OpenKey, algorithm: AnySignatureAlgorithm, said: Claimed): Promise<boolean> =>
  naming(opened, verified(opened, algorithm, said))

async function verified(opened: Opened, algorithm: AnySignatureAlgorithm, said: Claimed): Promise<boolean> {
  assertFits(opened, algorithm, said)
  const { usable } = opened
  const { value, signature, context } = said
  if (usable.kty === 'AKP' && isMlDsa(algorithm)) return usable.key.verify(value, signature, context)
  if (usable.kty === 'oct' && isMac(algorithm)) return usable.key.verify(algorithm, value, signature)
  if (usable.kty === 'AKP' || usable.kty === 'oct' || isMac(algorithm) || isMlDsa(algorithm)) throw noSigner(usable.kty, algorithm)
  return usable.key.verify(algorithm, value, signature)
}

/** Of AES the algorithms of key wrap alone are for keys. Raises `InvalidBody`. */
export function assertWraps(algorithm: CipherAlgorithm): void {
  if (isSymmetricCipher(algorithm) && !wrapsKeys(algorithm))
    throw wrongParameter('alg', `must be an algorithm that wraps keys: '${algorithm}' encrypts and decrypts, it wraps no keys`)
}
