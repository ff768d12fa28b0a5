// Good requests of the operations that use keys, each with a key of its own that the table makes first.
import { generateKeyPairSync } from 'node:crypto'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import type { GoodRequest, Kept } from './signed.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const Message = base64('a message')

const made = (name: string, KeySpec: string, KeyUsage: string): GoodRequest => ({
  operation: 'CreateKey',
  body: () => ({ KeySpec, KeyUsage }),
  keep: ({ json }, kept) => kept.set(name, textIn(objectIn(json['KeyMetadata'])['KeyId'])),
})
const by =
  (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  (kept: Kept) => ({ KeyId: kept.get(name), ...more })
const keeping =
  (member: string): NonNullable<GoodRequest['keep']> =>
  ({ json }, kept) =>
    kept.set(member, textIn(json[member]))

const partner = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

export const cryptographicRequests: readonly GoodRequest[] = [
  made('symmetric', 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
  { operation: 'Encrypt', body: by('symmetric', { Plaintext: Message, EncryptionContext: { a: 'b' } }), keep: keeping('CiphertextBlob') },
  { operation: 'Decrypt', body: kept => ({ CiphertextBlob: kept.get('CiphertextBlob'), EncryptionContext: { a: 'b' } }) },
  {
    operation: 'ReEncrypt',
    body: kept => ({
      CiphertextBlob: kept.get('CiphertextBlob'),
      SourceEncryptionContext: { a: 'b' },
      DestinationKeyId: kept.get('symmetric'),
    }),
  },
  { operation: 'GenerateDataKey', body: by('symmetric', { KeySpec: 'AES_256' }) },
  { operation: 'GenerateDataKeyWithoutPlaintext', body: by('symmetric', { NumberOfBytes: 64 }) },
  { operation: 'GenerateDataKeyPair', body: by('symmetric', { KeyPairSpec: 'ECC_NIST_P256' }) },
  { operation: 'GenerateDataKeyPairWithoutPlaintext', body: by('symmetric', { KeyPairSpec: 'ECC_NIST_EDWARDS25519' }) },
  { operation: 'GenerateRandom', body: () => ({ NumberOfBytes: 32 }) },
  made('signing', 'ECC_NIST_P256', 'SIGN_VERIFY'),
  { operation: 'Sign', body: by('signing', { Message, SigningAlgorithm: 'ECDSA_SHA_256' }), keep: keeping('Signature') },
  {
    operation: 'Verify',
    body: kept => by('signing', { Message, SigningAlgorithm: 'ECDSA_SHA_256', Signature: kept.get('Signature') })(kept),
  },
  { operation: 'GetPublicKey', body: by('signing') },
  made('hmac', 'HMAC_256', 'GENERATE_VERIFY_MAC'),
  { operation: 'GenerateMac', body: by('hmac', { Message, MacAlgorithm: 'HMAC_SHA_256' }), keep: keeping('Mac') },
  { operation: 'VerifyMac', body: kept => by('hmac', { Message, MacAlgorithm: 'HMAC_SHA_256', Mac: kept.get('Mac') })(kept) },
  made('agreeing', 'ECC_NIST_P256', 'KEY_AGREEMENT'),
  { operation: 'DeriveSharedSecret', body: by('agreeing', { KeyAgreementAlgorithm: 'ECDH', PublicKey: partner() }) },
  made('kem', 'ML_KEM_768', 'ENCAPSULATE_DECAPSULATE'),
  { operation: 'Encapsulate', body: by('kem', { EncapsulationAlgorithm: 'ML_KEM' }), keep: keeping('SharedSecretCiphertextBlob') },
  {
    operation: 'Decapsulate',
    body: kept => by('kem', { EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob: kept.get('SharedSecretCiphertextBlob') })(kept),
  },
]
