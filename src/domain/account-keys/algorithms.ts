// What keys of accounts compute, one row an algorithm (aws-kms.md 2): which module operation stands behind a name, and which specs take it.
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { Sha2 } from '#crypto/digests.ts'
import type { EdwardsScheme } from '#crypto/edwards.ts'
import type { AccountKeySpec, AccountKeyUsage } from './specs.ts'

export const encryptionAlgorithms = {
  SYMMETRIC_DEFAULT: { specs: ['SYMMETRIC_DEFAULT'] },
  RSAES_OAEP_SHA_1: { specs: ['RSA_2048', 'RSA_3072', 'RSA_4096'], by: 'RSA-OAEP' },
  RSAES_OAEP_SHA_256: { specs: ['RSA_2048', 'RSA_3072', 'RSA_4096'], by: 'RSA-OAEP-256' },
} as const satisfies Record<string, Row & { readonly by?: EncryptionAlgorithm }>

const rsa = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const

/** `messages`: what a message may be given as; the first is what it is taken for unless something is said. */
export const signingAlgorithms = {
  RSASSA_PSS_SHA_256: { specs: rsa, hash: 'sha256', by: 'PS256', messages: ['RAW', 'DIGEST'] },
  RSASSA_PSS_SHA_384: { specs: rsa, hash: 'sha384', by: 'PS384', messages: ['RAW', 'DIGEST'] },
  RSASSA_PSS_SHA_512: { specs: rsa, hash: 'sha512', by: 'PS512', messages: ['RAW', 'DIGEST'] },
  RSASSA_PKCS1_V1_5_SHA_256: { specs: rsa, hash: 'sha256', by: 'RS256', messages: ['RAW', 'DIGEST'] },
  RSASSA_PKCS1_V1_5_SHA_384: { specs: rsa, hash: 'sha384', by: 'RS384', messages: ['RAW', 'DIGEST'] },
  RSASSA_PKCS1_V1_5_SHA_512: { specs: rsa, hash: 'sha512', by: 'RS512', messages: ['RAW', 'DIGEST'] },
  ECDSA_SHA_256: { specs: ['ECC_NIST_P256', 'ECC_SECG_P256K1'], hash: 'sha256', messages: ['RAW', 'DIGEST'] },
  ECDSA_SHA_384: { specs: ['ECC_NIST_P384'], hash: 'sha384', messages: ['RAW', 'DIGEST'] },
  ECDSA_SHA_512: { specs: ['ECC_NIST_P521'], hash: 'sha512', messages: ['RAW', 'DIGEST'] },
  ED25519_SHA_512: { specs: ['ECC_NIST_EDWARDS25519'], hash: 'sha512', scheme: 'pure', messages: ['RAW'] },
  ED25519_PH_SHA_512: { specs: ['ECC_NIST_EDWARDS25519'], hash: 'sha512', scheme: 'prehashed', messages: ['DIGEST'] },
  ML_DSA_SHAKE_256: { specs: ['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'], messages: ['RAW', 'EXTERNAL_MU'] },
} as const satisfies Record<string, SigningRow>

export const macAlgorithms = {
  HMAC_SHA_224: { specs: ['HMAC_224'] },
  HMAC_SHA_256: { specs: ['HMAC_256'] },
  HMAC_SHA_384: { specs: ['HMAC_384'] },
  HMAC_SHA_512: { specs: ['HMAC_512'] },
} as const satisfies Record<string, Row>

export const agreementAlgorithms = {
  ECDH: { specs: ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521'] },
} as const satisfies Record<string, Row>

export const encapsulationAlgorithms = {
  ML_KEM: { specs: ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] },
} as const satisfies Record<string, Row>

export type AccountEncryptionAlgorithm = keyof typeof encryptionAlgorithms
export type AccountSigningAlgorithm = keyof typeof signingAlgorithms
export type AccountMacAlgorithm = keyof typeof macAlgorithms
export type MessageType = 'RAW' | 'DIGEST' | 'EXTERNAL_MU'

interface Row {
  readonly specs: readonly AccountKeySpec[]
}
interface SigningRow extends Row {
  readonly messages: readonly MessageType[]
  readonly hash?: Sha2
  readonly by?: SignatureAlgorithm
  readonly scheme?: EdwardsScheme
}

const byUsage = {
  ENCRYPT_DECRYPT: encryptionAlgorithms,
  SIGN_VERIFY: signingAlgorithms,
  GENERATE_VERIFY_MAC: macAlgorithms,
  KEY_AGREEMENT: agreementAlgorithms,
  ENCAPSULATE_DECAPSULATE: encapsulationAlgorithms,
} as const satisfies Record<AccountKeyUsage, Record<string, Row>>

/** Names of what a key of this spec computes in this usage, in the order of the tables. */
export function algorithmsOf(spec: AccountKeySpec, usage: AccountKeyUsage): readonly string[] {
  const table: Readonly<Record<string, Row>> = byUsage[usage]
  return Object.entries(table).flatMap(([name, { specs }]) => (specs.includes(spec) ? [name] : []))
}
