import { modulusBytes, plaintextBytesMax } from '#crypto/algorithm-fit.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { encryptionAlgorithms, type AccountEncryptionAlgorithm } from '#domain/account-keys/algorithms.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { endOfDryRun, keyForUse, openCurrent, type KeyReference, type KeyUse, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import { useFacts } from '#domain/account-keys/use-facts.ts'
import { assertContextBounds, type EncryptionContext } from './encryption-context.ts'
import { sealUnder } from './seal-under.ts'

export interface Encryption {
  readonly algorithm: AccountEncryptionAlgorithm
  readonly bound: EncryptionContext
}

/** What a use that encrypts or decrypts asks for. Raises `ValidationFailed` for a context out of bounds or beside an algorithm that binds none. */
export function encryptionUse(
  permission: KeyUse['permission'],
  encryption: Encryption,
  facts: Readonly<Record<string, string>> = {},
): KeyUse {
  const { algorithm, bound } = encryption
  assertContextBounds(bound)
  if (algorithm !== 'SYMMETRIC_DEFAULT' && bound.size > 0)
    throw new Problem({
      code: 'ValidationFailed',
      details: { message: `EncryptionContext is not supported with the encryption algorithm ${algorithm}.` },
    })
  const { specs } = encryptionAlgorithms[algorithm]
  return {
    permission,
    usage: 'ENCRYPT_DECRYPT',
    algorithm,
    specs,
    facts: useFacts({ 'kms:encryptionalgorithm': algorithm, ...facts }, bound),
    bound,
  }
}

export interface Encrypted {
  readonly arn: string
  readonly blob: Bytes
  /** Of a symmetric key. */
  readonly materialId?: string
}

/** Encrypts a message of up to 4,096 bytes, or as much as RSA takes. Raises what `keyForUse` raises, `ValidationFailed`, `DryRunPassed`. */
export async function encrypt(
  context: UseNeeds,
  call: Call,
  request: Encryption & { readonly key: KeyReference; readonly plaintext: Bytes; readonly dryRun?: boolean | undefined },
): Promise<Encrypted> {
  const use = encryptionUse('accountKey.encrypt', request)
  const key = await keyForUse(context, call, { ...use, key: request.key })
  assertPlaintextFits(key, request)
  endOfDryRun(request.dryRun)
  return encryptUnder(context, call, { ...request, key })
}

/** With a key that has been permitted and judged, for a plaintext that fits. */
export async function encryptUnder(
  context: UseNeeds,
  call: Call,
  { key, algorithm, plaintext, bound }: Encryption & { readonly key: HeldAccountKey; readonly plaintext: Bytes },
): Promise<Encrypted> {
  const arn = keyArn(key.value)
  if (algorithm === 'SYMMETRIC_DEFAULT') return { arn, ...(await sealUnder(context, call, { key, plaintext, bound })) }
  const { key: pair } = await openCurrent(context, key, 'pair')
  return { arn, blob: await pair.encrypt(encryptionAlgorithms[algorithm].by, plaintext) }
}

/** Raises `ValidationFailed`. */
export function assertPlaintextFits(
  { value: { spec } }: HeldAccountKey,
  { algorithm, plaintext }: { readonly algorithm: AccountEncryptionAlgorithm; readonly plaintext: Bytes },
): void {
  if (algorithm === 'SYMMETRIC_DEFAULT') return
  const { by } = encryptionAlgorithms[algorithm]
  const max = plaintextBytesMax(rsaSpecOf(spec), by)
  if (plaintext.length <= max) return
  const message = `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${max} bytes.`
  throw new Problem({ code: 'ValidationFailed', details: { message } })
}

const rsaSpecs = { RSA_2048: 'RSA-2048', RSA_3072: 'RSA-3072', RSA_4096: 'RSA-4096' } as const

function rsaSpecOf(spec: string): (typeof rsaSpecs)[keyof typeof rsaSpecs] {
  if (spec === 'RSA_2048' || spec === 'RSA_3072' || spec === 'RSA_4096') return rsaSpecs[spec]
  throw new Error('the algorithm was found to fit an RSA key')
}

/** Length of every ciphertext of an RSA key, in bytes. */
export const rsaCiphertextBytes = (spec: string): number => modulusBytes(rsaSpecOf(spec))
