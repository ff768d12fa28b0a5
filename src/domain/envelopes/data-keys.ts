import { Problem } from '#model/problem.ts'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { DataKeyPairSpec } from '#ports/crypto-module.ts'
import type { Call } from '#domain/call.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { currentMaterial, endOfDryRun, keyForUse, type KeyReference, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import { encryptionUse } from './encrypt.ts'
import type { EncryptionContext } from './encryption-context.ts'
import { sealUnder } from './seal-under.ts'

interface DataKeyAsked {
  readonly key: KeyReference
  readonly bound: EncryptionContext
  readonly dryRun?: boolean | undefined
  /** Conditions' facts beside the context: of an attested recipient. */
  readonly facts?: Readonly<Record<string, string>>
}

export interface DataKey {
  readonly arn: string
  readonly blob: Bytes
  readonly materialId: string
  /** The call zeroes it. */
  readonly plaintext: SecretBytes
}

/** How a right is named that gives the plaintext, and one that gives its ciphertext alone. */
const keyPermission = { plain: 'accountKey.generateDataKey', sealed: 'accountKey.generateDataKeyWithoutPlaintext' } as const

/** New random bytes and their ciphertext; kept nowhere. Whoever may have the ciphertext alone is shown no plaintext. Raises what `keyForUse` raises, `DryRunPassed`. */
export async function generateDataKey(
  context: UseNeeds,
  call: Call,
  request: DataKeyAsked & { readonly bytes: number; readonly shown: keyof typeof keyPermission },
): Promise<DataKey> {
  const key = await keyFor(context, call, { ...request, permission: keyPermission[request.shown] })
  endOfDryRun(request.dryRun)
  const plaintext = new SecretBytes(context.ground.random.bytes(request.bytes))
  call.defer(plaintext)
  return {
    arn: keyArn(key.value),
    plaintext,
    ...(await sealUnder(context, call, { key, plaintext: plaintext.bytes, bound: request.bound })),
  }
}

export const dataKeyPairSpecs = {
  RSA_2048: 'RSA-2048',
  RSA_3072: 'RSA-3072',
  RSA_4096: 'RSA-4096',
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'P-256K',
  ECC_NIST_EDWARDS25519: 'Ed25519',
  ML_KEM_512: 'ML-KEM-512',
  ML_KEM_768: 'ML-KEM-768',
  ML_KEM_1024: 'ML-KEM-1024',
} as const satisfies Record<string, DataKeyPairSpec>

export interface DataKeyPair extends DataKey {
  /** SubjectPublicKeyInfo DER; the plaintext is PKCS #8. */
  readonly publicKey: Bytes
}

const pairPermission = { plain: 'accountKey.generateDataKeyPair', sealed: 'accountKey.generateDataKeyPairWithoutPlaintext' } as const

/** A new pair and the ciphertext of its private half; kept nowhere. Raises what `keyForUse` raises, `DryRunPassed`, `Busy`. */
export async function generateDataKeyPair(
  context: UseNeeds,
  call: Call,
  request: DataKeyAsked & { readonly spec: keyof typeof dataKeyPairSpecs; readonly shown: keyof typeof pairPermission },
): Promise<DataKeyPair> {
  const { spec, shown, bound, dryRun, facts } = request
  const all = { ...facts, 'kms:datakeypairspec': spec }
  const key = await keyFor(context, call, { ...request, facts: all, permission: pairPermission[shown] })
  assertStandsHere(key)
  endOfDryRun(dryRun)
  // Dear: RSA takes a second, and a try that must be made again does not make it again.
  const { privateKey, publicKey } = await call.once(`data key pair ${spec}`, async () => {
    const made = await context.module(currentMaterial(key.value).module).generateDataKeyPair(dataKeyPairSpecs[spec])
    call.defer(made.privateKey)
    return made
  })
  return {
    arn: keyArn(key.value),
    plaintext: privateKey,
    publicKey,
    ...(await sealUnder(context, call, { key, plaintext: privateKey.bytes, bound })),
  }
}

/** Keys of stores seal data keys, not pairs. Raises `KeyOperationUnsupported`. */
function assertStandsHere({ value }: HeldAccountKey): void {
  if (value.storeId === undefined) return
  throw new Problem({
    code: 'KeyOperationUnsupported',
    details: { message: `${keyArn(value)} is in a custom key store, which is not valid for data key pairs.` },
  })
}

const keyFor = async (
  context: UseNeeds,
  call: Call,
  { key, bound, facts, permission }: DataKeyAsked & { readonly permission: Parameters<typeof encryptionUse>[0] },
): Promise<HeldAccountKey> =>
  keyForUse(context, call, { ...encryptionUse(permission, { algorithm: 'SYMMETRIC_DEFAULT', bound }, facts), key })
