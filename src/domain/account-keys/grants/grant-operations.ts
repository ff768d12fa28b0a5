import { accountKeySpecs, type AccountKeyUsage } from '#domain/account-keys/specs.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'

type KeyFacts = Pick<AccountKey, 'spec' | 'usage'>

const anyKey = (): boolean => true
const usedFor =
  (usage: AccountKeyUsage) =>
  (key: KeyFacts): boolean =>
    key.usage === usage
const isSymmetric = (key: KeyFacts): boolean => accountKeySpecs[key.spec].type === 'symmetric'
const hasPublicHalf = ({ spec }: KeyFacts): boolean => !['symmetric', 'HMAC'].includes(accountKeySpecs[spec].type)

/** What a grant may allow, each with the keys that can do it (aws-kms.md 4.3; CreateGrant of the API). */
export const grantOperations = {
  CreateGrant: anyKey,
  DescribeKey: anyKey,
  RetireGrant: anyKey,
  Encrypt: usedFor('ENCRYPT_DECRYPT'),
  Decrypt: usedFor('ENCRYPT_DECRYPT'),
  ReEncryptFrom: usedFor('ENCRYPT_DECRYPT'),
  ReEncryptTo: usedFor('ENCRYPT_DECRYPT'),
  GenerateDataKey: isSymmetric,
  GenerateDataKeyWithoutPlaintext: isSymmetric,
  GenerateDataKeyPair: isSymmetric,
  GenerateDataKeyPairWithoutPlaintext: isSymmetric,
  Sign: usedFor('SIGN_VERIFY'),
  Verify: usedFor('SIGN_VERIFY'),
  GetPublicKey: hasPublicHalf,
  GenerateMac: usedFor('GENERATE_VERIFY_MAC'),
  VerifyMac: usedFor('GENERATE_VERIFY_MAC'),
  DeriveSharedSecret: usedFor('KEY_AGREEMENT'),
  Encapsulate: usedFor('ENCAPSULATE_DECAPSULATE'),
  Decapsulate: usedFor('ENCAPSULATE_DECAPSULATE'),
} as const satisfies Record<string, (key: KeyFacts) => boolean>

export type GrantOperation = keyof typeof grantOperations

/** Encryption contexts are symmetric keys' alone, and so is what is said of them (aws-kms.md 2.1). */
export const takesContext = isSymmetric
