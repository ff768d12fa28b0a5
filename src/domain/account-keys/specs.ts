/** What a key of an account can be, and what it may do, one row each (aws-kms.md 2). The first usage is the default where `defaultUsage` says so. */
export const accountKeySpecs = {
  SYMMETRIC_DEFAULT: { type: 'symmetric', usages: ['ENCRYPT_DECRYPT'] },
  RSA_2048: { type: 'RSA', usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] },
  RSA_3072: { type: 'RSA', usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] },
  RSA_4096: { type: 'RSA', usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] },
  ECC_NIST_P256: { type: 'EC', usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'] },
  ECC_NIST_P384: { type: 'EC', usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'] },
  ECC_NIST_P521: { type: 'EC', usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'] },
  ECC_SECG_P256K1: { type: 'EC', usages: ['SIGN_VERIFY'] },
  ECC_NIST_EDWARDS25519: { type: 'Edwards', usages: ['SIGN_VERIFY'] },
  HMAC_224: { type: 'HMAC', usages: ['GENERATE_VERIFY_MAC'] },
  HMAC_256: { type: 'HMAC', usages: ['GENERATE_VERIFY_MAC'] },
  HMAC_384: { type: 'HMAC', usages: ['GENERATE_VERIFY_MAC'] },
  HMAC_512: { type: 'HMAC', usages: ['GENERATE_VERIFY_MAC'] },
  ML_DSA_44: { type: 'ML-DSA', usages: ['SIGN_VERIFY'] },
  ML_DSA_65: { type: 'ML-DSA', usages: ['SIGN_VERIFY'] },
  ML_DSA_87: { type: 'ML-DSA', usages: ['SIGN_VERIFY'] },
  ML_KEM_512: { type: 'ML-KEM', usages: ['ENCAPSULATE_DECAPSULATE'] },
  ML_KEM_768: { type: 'ML-KEM', usages: ['ENCAPSULATE_DECAPSULATE'] },
  ML_KEM_1024: { type: 'ML-KEM', usages: ['ENCAPSULATE_DECAPSULATE'] },
} as const satisfies Record<string, SpecRow>

export type AccountKeySpec = keyof typeof accountKeySpecs

interface SpecRow {
  readonly type: 'symmetric' | 'RSA' | 'EC' | 'Edwards' | 'HMAC' | 'ML-DSA' | 'ML-KEM'
  readonly usages: readonly AccountKeyUsage[]
}

export const accountKeyUsages = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
] as const
export type AccountKeyUsage = (typeof accountKeyUsages)[number]
