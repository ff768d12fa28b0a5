// Public keys as SubjectPublicKeyInfo DER (RFC 5280 4.1.2.7), which is how they are stored, and as JWK members.
import { curves, onCurve } from './curves.ts'
import type { EcSpecName } from './curves.ts'
import { bitString, content, elements, encode, encodeInteger, sequenceOf, tags, unsignedInteger } from './der.ts'
import { integerOf } from './integers.ts'
import { keySpecs } from './key-specs.ts'
import type { KeySpec } from './key-specs.ts'

/** Public members of a JWK (RFC 7518 6.2.1, 6.3.1): base64url; `n` without leading zeros, coordinates of fixed width. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: EcSpecName; readonly x: string; readonly y: string }

export const rsaEncryptionOid = '2a864886f70d010101'
export const ecPublicKeyOid = '2a8648ce3d0201'

export const ecSpecNames = ['P-256', 'P-256K', 'P-384', 'P-521'] as const satisfies readonly EcSpecName[]
const rsaSpecNames = ['RSA-2048', 'RSA-3072', 'RSA-4096'] as const satisfies readonly KeySpec[]

type PublicNumbers =
  | { readonly kty: 'RSA'; readonly spec: KeySpec | undefined; readonly n: Uint8Array; readonly e: Uint8Array }
  | { readonly kty: 'EC'; readonly spec: EcSpecName; readonly x: Uint8Array; readonly y: Uint8Array }

/** The public half as it goes into a JWK; throws for what is not one of the key specs' types. */
export function publicKeyToJwk(spki: Uint8Array): PublicJwk {
  const numbers = publicNumbers(spki)
  return numbers.kty === 'RSA'
    ? { kty: 'RSA', n: base64url(numbers.n), e: base64url(numbers.e) }
    : { kty: 'EC', crv: numbers.spec, x: base64url(numbers.x), y: base64url(numbers.y) }
}

/** Which of the key specs a public key is; `undefined` for another size. Throws for another type. */
export function specOfPublicKey(spki: Uint8Array): KeySpec | undefined {
  return publicNumbers(spki).spec
}

/** SubjectPublicKeyInfo of an RSA key (RFC 3279 2.3.1). */
export function rsaPublicKey(n: bigint, e: bigint): Uint8Array {
  const key = encode(tags.sequence, encodeInteger(n), encodeInteger(e))
  return subjectPublicKeyInfo(rsaAlgorithm(), key)
}

/** SubjectPublicKeyInfo of a point, uncompressed (RFC 5480 2). `point`: `04 ‖ x ‖ y`. */
export function ecPublicKey(spec: EcSpecName, point: Uint8Array): Uint8Array {
  return subjectPublicKeyInfo(ecAlgorithm(spec), point)
}

/** AlgorithmIdentifiers of PKCS #8 and SubjectPublicKeyInfo alike. */
export const rsaAlgorithm = (): Uint8Array => encode(tags.sequence, objectIdentifier(rsaEncryptionOid), encode(tags.null))
export const ecAlgorithm = (spec: EcSpecName): Uint8Array =>
  encode(tags.sequence, objectIdentifier(ecPublicKeyOid), objectIdentifier(curves[spec].oid))

/** The curve that an AlgorithmIdentifier's parameter names; throws for another, explicit parameters included. */
export function curveOfOid(oid: Uint8Array): EcSpecName {
  const hex = oid.toHex()
  const spec = ecSpecNames.find(name => curves[name].oid === hex)
  if (spec === undefined) throw new Error('the curve is not one of the named ones')
  return spec
}

export function rsaSpecOfBits(bits: number): (typeof rsaSpecNames)[number] | undefined {
  return rsaSpecNames.find(name => keySpecs[name].bits === bits)
}

function publicNumbers(spki: Uint8Array): PublicNumbers {
  const info = sequenceOf(spki)
  const algorithm = elements(content(info, 0, tags.sequence))
  const key = bitString(info, 1)
  const oid = content(algorithm, 0, tags.objectIdentifier).toHex()
  if (oid === rsaEncryptionOid) return rsaNumbers(key)
  if (oid === ecPublicKeyOid) return ecNumbers(curveOfOid(content(algorithm, 1, tags.objectIdentifier)), key)
  throw new Error('the public key is neither RSA nor EC')
}

function rsaNumbers(key: Uint8Array): PublicNumbers {
  const members = sequenceOf(key)
  const n = unsignedInteger(members, 0)
  const leading = n[0] ?? 0
  const bits = n.length * 8 - (Math.clz32(leading) - 24)
  return { kty: 'RSA', spec: rsaSpecOfBits(bits), n, e: unsignedInteger(members, 1) }
}

function ecNumbers(spec: EcSpecName, point: Uint8Array): PublicNumbers {
  const width = keySpecs[spec].coordinateBytes
  if (point.length !== 1 + 2 * width || point[0] !== 4) throw new Error('the point is not uncompressed or of another curve')
  return { kty: 'EC', spec, x: point.subarray(1, 1 + width), y: point.subarray(1 + width) }
}

const objectIdentifier = (hex: string): Uint8Array => encode(tags.objectIdentifier, Uint8Array.fromHex(hex))

const subjectPublicKeyInfo = (algorithm: Uint8Array, key: Uint8Array): Uint8Array =>
  encode(tags.sequence, algorithm, encode(tags.bitString, Uint8Array.of(0), key))

const base64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

/** The curve of somebody's public key in an agreement, of a point that is on it; `undefined` for anything else, explicit parameters and compressed points included. */
export function curveOfPeer(spki: Uint8Array): EcSpecName | undefined {
  try {
    const numbers = publicNumbers(spki)
    if (numbers.kty !== 'EC' || !onCurve(curves[numbers.spec], integerOf(numbers.x), integerOf(numbers.y))) return undefined
    // Written again to the same bytes: nothing stands in it that nobody looked at.
    const point = Uint8Array.of(4, ...numbers.x, ...numbers.y)
    return Buffer.compare(ecPublicKey(numbers.spec, point), spki) === 0 ? numbers.spec : undefined
  } catch {
    return undefined
  }
}
