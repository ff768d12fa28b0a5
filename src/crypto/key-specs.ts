import { isSymmetric, symmetricSpecs, type SymmetricSpec } from './symmetric.ts'

/** What a key can be, one row each (key-vault.md 2.2; RFC 7518 6). The HSM kinds are the same mathematics in another place. */
export const keySpecs = {
  'RSA-2048': { kty: 'RSA', bits: 2048 },
  'RSA-3072': { kty: 'RSA', bits: 3072 },
  'RSA-4096': { kty: 'RSA', bits: 4096 },
  'P-256': { kty: 'EC', crv: 'P-256', bits: 256, coordinateBytes: 32, opensslName: 'prime256v1' },
  'P-256K': { kty: 'EC', crv: 'P-256K', bits: 256, coordinateBytes: 32, opensslName: 'secp256k1' },
  'P-384': { kty: 'EC', crv: 'P-384', bits: 384, coordinateBytes: 48, opensslName: 'secp384r1' },
  'P-521': { kty: 'EC', crv: 'P-521', bits: 521, coordinateBytes: 66, opensslName: 'secp521r1' },
} as const satisfies Record<string, RsaSpec | EcSpec>

interface RsaSpec {
  readonly kty: 'RSA'
  readonly bits: number
}
interface EcSpec {
  readonly kty: 'EC'
  readonly crv: string
  readonly bits: number
  readonly coordinateBytes: number
  /** OpenSSL's name of the curve. */
  readonly opensslName: string
}

/** Of a key of any type, in bits; a modulus' length, or a field's. */
export const bitsOf = (spec: KeySpec | SymmetricSpec): number => (isSymmetric(spec) ? symmetricSpecs[spec] : keySpecs[spec]).bits

export type KeySpec = keyof typeof keySpecs
