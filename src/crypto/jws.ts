// JSON Web Signatures in compact form (RFC 7515 3.1), strictly: what a lenient decoder would accept twice is refused once.
import { constants, verify, type KeyObject } from 'node:crypto'

type JsonObject = Readonly<Record<string, unknown>>

export interface Jws {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** What was signed: header and payload as they came. */
  readonly signedText: string
  readonly signature: Uint8Array
}

/** The algorithms that a token of ours or a client's assertion may name (security-and-reliability.md 5.1): no `none`, no HMAC. */
const jwsAlgorithms = {
  RS256: { keyType: 'rsa', padding: constants.RSA_PKCS1_PADDING },
  PS256: { keyType: 'rsa', padding: constants.RSA_PKCS1_PSS_PADDING },
  ES256: { keyType: 'ec' },
} as const

export type JwsAlgorithm = keyof typeof jwsAlgorithms

const segment = /^[A-Za-z0-9_-]*$/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Base64url without padding (RFC 7515 2): foreign characters, whitespace, padding and spare bits that are not zero give `undefined`. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (!segment.test(text) || text.length % 4 === 1) return undefined
  const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true }) === text ? bytes : undefined
}

/** Takes a compact JWS apart; `undefined` for anything that is not three strict segments with two JSON objects in front. Verifies nothing. */
export function parseJws(compact: string): Jws | undefined {
  const segments = compact.split('.')
  const [head, payload, tail] = segments
  if (segments.length !== 3 || head === undefined || payload === undefined || tail === undefined) return undefined
  const header = objectOf(head)
  const claims = objectOf(payload)
  const signature = decodeBase64url(tail)
  if (header === undefined || claims === undefined || signature === undefined || signature.length === 0) return undefined
  return { header, claims, signedText: `${head}.${payload}`, signature }
}

function objectOf(text: string): JsonObject | undefined {
  const bytes = decodeBase64url(text)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The header's algorithm where it is one of the allowed ones; the header itself never widens them (RFC 8725 3.1). */
export function algorithmOf({ header }: Pick<Jws, 'header'>, allowed: readonly JwsAlgorithm[]): JwsAlgorithm | undefined {
  return allowed.find(name => name === header['alg'])
}

/**
 * Is it this key's signature? The key's type must fit the algorithm; ES256 is R ‖ S of 64 bytes (RFC 7518 3.4),
 * or ASN.1 DER where `derToo` says so (Terraform's azurerm signs that way: identity-and-arm.md 1.3).
 */
export function verifyJws(jws: Jws, by: { readonly algorithm: JwsAlgorithm; readonly key: KeyObject; readonly derToo?: true }): boolean {
  const { algorithm, key } = by
  const row = jwsAlgorithms[algorithm]
  if (key.asymmetricKeyType !== row.keyType) return false
  const text = Buffer.from(jws.signedText, 'latin1')
  if ('padding' in row) {
    const pss = row.padding === constants.RSA_PKCS1_PSS_PADDING ? { saltLength: 32 } : {}
    return verify('sha256', text, { key, padding: row.padding, ...pss }, jws.signature)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false
  if (jws.signature.length === 64) return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, jws.signature)
  return by.derToo === true && verify('sha256', text, { key, dsaEncoding: 'der' }, jws.signature)
}
