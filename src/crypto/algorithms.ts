import type { KeySpec } from './key-specs.ts'

/** RSA encryption and key wrapping (key-vault.md 2.6; RFC 8017 7). `overheadBytes`: of the modulus, taken by the padding. */
export const encryptionAlgorithms = {
  RSA1_5: { kty: 'RSA', padding: 'pkcs1', overheadBytes: 11 },
  'RSA-OAEP': { kty: 'RSA', padding: 'oaep', hash: 'sha1', overheadBytes: 42 },
  'RSA-OAEP-256': { kty: 'RSA', padding: 'oaep', hash: 'sha256', overheadBytes: 66 },
} as const

/** Signatures over a given digest (RFC 7518 3.3–3.5; RSNULL: raw type-1 padding, no DigestInfo). */
export const signatureAlgorithms = {
  RS256: { kty: 'RSA', scheme: 'pkcs1', hash: 'sha256', digestBytes: 32 },
  RS384: { kty: 'RSA', scheme: 'pkcs1', hash: 'sha384', digestBytes: 48 },
  RS512: { kty: 'RSA', scheme: 'pkcs1', hash: 'sha512', digestBytes: 64 },
  PS256: { kty: 'RSA', scheme: 'pss', hash: 'sha256', digestBytes: 32 },
  PS384: { kty: 'RSA', scheme: 'pss', hash: 'sha384', digestBytes: 48 },
  PS512: { kty: 'RSA', scheme: 'pss', hash: 'sha512', digestBytes: 64 },
  RSNULL: { kty: 'RSA', scheme: 'raw' },
  ES256: { kty: 'EC', spec: 'P-256', digestBytes: 32 },
  ES256K: { kty: 'EC', spec: 'P-256K', digestBytes: 32 },
  ES384: { kty: 'EC', spec: 'P-384', digestBytes: 48 },
  ES512: { kty: 'EC', spec: 'P-521', digestBytes: 64 },
} as const satisfies Record<string, SignatureRow>

type SignatureRow =
  | { readonly kty: 'RSA'; readonly scheme: 'pkcs1' | 'pss'; readonly hash: string; readonly digestBytes: number }
  | { readonly kty: 'RSA'; readonly scheme: 'raw' }
  | { readonly kty: 'EC'; readonly spec: KeySpec; readonly digestBytes: number }

export type EncryptionAlgorithm = keyof typeof encryptionAlgorithms
export type SignatureAlgorithm = keyof typeof signatureAlgorithms
