// Requests a second of an account in a Region (aws-kms.md 8, "Request quotas" of the developer guide). Cryptography shares one by kind of key.
import type { Rate } from '#domain/account-keys/throttle.ts'

/** Share of all cryptography with symmetric keys. */
const symmetric = { of: 'symmetric', perSecond: 10_000 } as const
const rsa = { of: 'rsa', perSecond: 1_000 } as const
const curves = { of: 'curves', perSecond: 1_000 } as const
const lattices = { of: 'lattices', perSecond: 1_000 } as const

/** Each by itself. */
const own = {
  CreateKey: 5,
  CreateAlias: 5,
  UpdateAlias: 5,
  DeleteAlias: 15,
  EnableKey: 5,
  DisableKey: 5,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  CancelKeyDeletion: 5,
  UpdateKeyDescription: 5,
  UpdatePrimaryRegion: 5,
  ReplicateKey: 5,
  CreateGrant: 50,
  RevokeGrant: 30,
  RetireGrant: 30,
  ListGrants: 100,
  ListRetirableGrants: 100,
  TagResource: 10,
  UntagResource: 5,
  ListResourceTags: 2_000,
  DescribeKey: 2_000,
  GetPublicKey: 2_000,
  GetKeyPolicy: 1_000,
  GetKeyRotationStatus: 1_000,
  ListKeyPolicies: 100,
  ListKeyRotations: 100,
  ListKeys: 500,
  ListAliases: 500,
  EnableKeyRotation: 15,
  DisableKeyRotation: 5,
  RotateKeyOnDemand: 5,
  GetParametersForImport: 0.25,
  ImportKeyMaterial: 5,
  DeleteImportedKeyMaterial: 5,
  CreateCustomKeyStore: 5,
  ConnectCustomKeyStore: 5,
  DescribeCustomKeyStores: 5,
  UpdateCustomKeyStore: 5,
  DisconnectCustomKeyStore: 5,
  DeleteCustomKeyStore: 5,
} as const satisfies Readonly<Record<string, number>>

const pairs = {
  ECC_NIST_P256: 25,
  ECC_NIST_P384: 10,
  ECC_NIST_P521: 5,
  ECC_SECG_P256K1: 25,
  ECC_NIST_EDWARDS25519: 25,
  RSA_2048: 1,
  RSA_3072: 0.5,
  RSA_4096: 0.1,
  ML_KEM_512: 25,
  ML_KEM_768: 25,
  ML_KEM_1024: 25,
} as const satisfies Readonly<Record<string, number>>

const byAlgorithm = (name: unknown): Rate => {
  if (typeof name !== 'string' || name === 'SYMMETRIC_DEFAULT') return symmetric
  return name.startsWith('RSA') ? rsa : name.startsWith('EC') || name.startsWith('ED') ? curves : lattices
}

type Members = Readonly<Record<string, unknown>>

/** By what the request says, unread as yet: a wrong word is counted with what it is most like, and refused by its shape later. */
const cryptography: Readonly<Record<string, (members: Members) => Rate>> = {
  Encrypt: ({ EncryptionAlgorithm }) => byAlgorithm(EncryptionAlgorithm),
  Decrypt: ({ EncryptionAlgorithm }) => byAlgorithm(EncryptionAlgorithm),
  ReEncrypt: ({ SourceEncryptionAlgorithm }) => byAlgorithm(SourceEncryptionAlgorithm),
  GenerateDataKey: () => symmetric,
  GenerateDataKeyWithoutPlaintext: () => symmetric,
  GenerateRandom: () => symmetric,
  GenerateMac: () => symmetric,
  VerifyMac: () => symmetric,
  Sign: ({ SigningAlgorithm }) => byAlgorithm(SigningAlgorithm),
  Verify: ({ SigningAlgorithm }) => byAlgorithm(SigningAlgorithm),
  DeriveSharedSecret: () => curves,
  Encapsulate: () => lattices,
  Decapsulate: () => lattices,
  GenerateDataKeyPair: ({ KeyPairSpec }) => pair(KeyPairSpec),
  GenerateDataKeyPairWithoutPlaintext: ({ KeyPairSpec }) => pair(KeyPairSpec),
}

const named = (table: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

function pair(spec: unknown): Rate {
  const name = typeof spec === 'string' ? spec : ''
  return { of: `pair ${name}`, perSecond: named(pairs, name) ?? 25 }
}

/** `undefined`: an operation that no rate is published for, or none at all. `members` are asked for where they matter. */
export function rateOf(operation: string, members: () => Members): Rate | undefined {
  const alone = named(own, operation)
  if (alone !== undefined) return { of: operation, perSecond: alone }
  return Object.hasOwn(cryptography, operation) ? cryptography[operation]?.(members()) : undefined
}
