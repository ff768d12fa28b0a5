// Private keys as PKCS #8 DER (RFC 5208 5), the one form in which the software module keeps them.
import { curves } from './curves.ts'
import type { EcSpecName } from './curves.ts'
import { bitString, content, elements, encode, encodeInteger, sequenceOf, tags, unsignedInteger } from './der.ts'
import { integerOf } from './integers.ts'
import { keySpecs } from './key-specs.ts'
import { curveOfOid, ecAlgorithm, ecPublicKey, ecPublicKeyOid, rsaAlgorithm, rsaEncryptionOid, rsaPublicKey } from './public-key.ts'

export interface RsaNumbers {
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
  /** d mod (p − 1), d mod (q − 1), q⁻¹ mod p. */
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
}

/** PrivateKeyInfo around RSAPrivateKey, two primes (RFC 8017 A.1.2). The caller zeroes it. */
export function rsaPkcs8({ n, e, d, p, q, dp, dq, qi }: RsaNumbers): Uint8Array {
  const parts = [0n, n, e, d, p, q, dp, dq, qi].map(encodeInteger)
  const key = encode(tags.sequence, ...parts)
  const whole = privateKeyInfo(rsaAlgorithm(), key)
  for (const part of parts) part.fill(0)
  return whole
}

/** PrivateKeyInfo around ECPrivateKey with its public point (RFC 5915 3; RFC 5480 2). `scalar` of fixed width. The caller zeroes both. */
export function ecPkcs8(spec: EcSpecName, scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const secret = encode(tags.octetString, scalar)
  const publicPoint = encode(tags.context1, encode(tags.bitString, Uint8Array.of(0), point))
  const key = encode(tags.sequence, encodeInteger(1n), secret, publicPoint)
  secret.fill(0)
  return privateKeyInfo(ecAlgorithm(spec), key)
}

/** Takes `key` and zeroes it. */
function privateKeyInfo(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  const octets = encode(tags.octetString, key)
  const whole = encode(tags.sequence, encodeInteger(0n), algorithm, octets)
  key.fill(0)
  octets.fill(0)
  return whole
}

/** The public half of a PKCS #8 key as SubjectPublicKeyInfo DER; throws for what the software module does not keep. */
export function publicKeyOfPkcs8(pkcs8: Uint8Array): Uint8Array {
  const { oid, parameter, key } = privateKeyParts(pkcs8)
  if (oid === rsaEncryptionOid) return rsaPublicKey(integerOf(unsignedInteger(key, 1)), integerOf(unsignedInteger(key, 2)))
  const spec = curveOfOid(parameter)
  return ecPublicKey(spec, ecPoint(key))
}

/** A copy of the private scalar, of fixed width; the caller zeroes it. Throws where the curve is not `spec`. */
export function ecPrivateScalar(spec: EcSpecName, pkcs8: Uint8Array): Uint8Array {
  const { oid, parameter, key } = privateKeyParts(pkcs8)
  if (oid !== ecPublicKeyOid || parameter.toHex() !== curves[spec].oid) throw new Error('the private key is of another type')
  const scalar = content(key, 1, tags.octetString)
  if (scalar.length !== keySpecs[spec].coordinateBytes) throw new Error('the private scalar has another width')
  return Uint8Array.from(scalar)
}

/** The public point, `04 ‖ x ‖ y`, as the key carries it; a view. */
export function ecPublicPoint(pkcs8: Uint8Array): Uint8Array {
  return ecPoint(privateKeyParts(pkcs8).key)
}

function privateKeyParts(pkcs8: Uint8Array) {
  const info = sequenceOf(pkcs8)
  const algorithm = elements(content(info, 1, tags.sequence))
  const oid = content(algorithm, 0, tags.objectIdentifier).toHex()
  const parameter = algorithm[1]?.content ?? new Uint8Array()
  if (oid !== rsaEncryptionOid && oid !== ecPublicKeyOid) throw new Error('the private key is neither RSA nor EC')
  return { oid, parameter, key: sequenceOf(content(info, 2, tags.octetString)) }
}

/** The public point stands last, after the curve's name where a writer repeats it. */
function ecPoint(key: readonly { readonly tag: number; readonly content: Uint8Array }[]): Uint8Array {
  return bitString(elements(content(key, key.length - 1, tags.context1)), 0)
}
