// How a signature stands in X.509, PKCS #10 and revocation lists: SEQUENCE { what is signed, algorithm, BIT STRING } (RFC 5280 4.1.1; RFC 2986 4.2).
import { encode, tags } from './der.ts'
import { ecdsaToDer } from './ecdsa-der.ts'
import type { KeySpec } from './key-specs.ts'

/** How a key of each spec signs what is certified: SHA-2 as long as the curve (key-vault.md 4.3). `oid`: content of the OBJECT IDENTIFIER, hex. */
export const certificateSignatures = {
  'RSA-2048': { algorithm: 'RS256', hash: 'sha256', oid: '2a864886f70d01010b' },
  'RSA-3072': { algorithm: 'RS256', hash: 'sha256', oid: '2a864886f70d01010b' },
  'RSA-4096': { algorithm: 'RS256', hash: 'sha256', oid: '2a864886f70d01010b' },
  'P-256': { algorithm: 'ES256', hash: 'sha256', oid: '2a8648ce3d040302' },
  'P-256K': { algorithm: 'ES256K', hash: 'sha256', oid: '2a8648ce3d040302' },
  'P-384': { algorithm: 'ES384', hash: 'sha384', oid: '2a8648ce3d040303' },
  'P-521': { algorithm: 'ES512', hash: 'sha512', oid: '2a8648ce3d040304' },
} as const satisfies Record<KeySpec, { readonly algorithm: string; readonly hash: string; readonly oid: string }>

const isRsa = (spec: KeySpec): boolean => spec.startsWith('RSA')

/** AlgorithmIdentifier: RSA's parameters are NULL, ECDSA's are absent (RFC 4055 5, RFC 5758 3.2). */
export function signatureAlgorithmIdentifier(spec: KeySpec): Uint8Array {
  const oid = encode(tags.objectIdentifier, Uint8Array.fromHex(certificateSignatures[spec].oid))
  return isRsa(spec) ? encode(tags.sequence, oid, encode(tags.null)) : encode(tags.sequence, oid)
}

/** `toBeSigned` with its signature, as a key's `sign` gave it: R ‖ S of fixed width becomes a SEQUENCE of two integers (RFC 3279 2.2.3). */
export function signedObject(toBeSigned: Uint8Array, spec: KeySpec, signature: Uint8Array): Uint8Array {
  return encode(tags.sequence, toBeSigned, signatureAlgorithmIdentifier(spec), signatureBits(spec, signature))
}

/** The signature as a BIT STRING. */
export function signatureBits(spec: KeySpec, signature: Uint8Array): Uint8Array {
  return encode(tags.bitString, Uint8Array.of(0), isRsa(spec) ? signature : ecdsaToDer(signature))
}
