// Members of cryptographic requests, by the bounds of the service's model (aws-kms.md 1.5), and what its trail shows of them.
import { encryptionAlgorithms, type AccountEncryptionAlgorithm } from '#domain/account-keys/algorithms.ts'
import type { Ciphertext } from '#domain/envelopes/decrypt.ts'
import { noContext, type EncryptionContext } from '#domain/envelopes/encryption-context.ts'
import type { Bytes } from '#model/brands.ts'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { blob, enumOf, flag, integer, list, optional, structure, textMap } from '#protocols/aws/schemas.ts'

export const plaintext = blob({ min: 1, max: 4096 })
export const ciphertext = blob({ min: 1, max: 6144 })
export const publicKey = blob({ min: 1, max: 8192 })
export const encryptionContext = optional(textMap)
export const dryRun = optional(flag)
export const dryRunModifiers = optional(list(enumOf(['IGNORE_CIPHERTEXT'])))
export const encryptionAlgorithm = optional(enumOf([...namesOf(encryptionAlgorithms), 'SM2PKE']))
export const numberOfBytes = integer({ min: 1, max: 1024 })

/** Documents of 256 KB come as base64, in bodies that are larger than all others. */
export const recipientBodyBytes = 400 * 1024
export const recipient = optional(
  structure({
    KeyEncryptionAlgorithm: optional(enumOf(['RSAES_OAEP_SHA_256'])),
    AttestationDocument: optional(blob({ min: 1, max: 262_144 })),
  }),
)

/** A data key's size: the one or the other, and not both. */
export const dataKeySize = { KeySpec: optional(enumOf(['AES_256', 'AES_128'])), NumberOfBytes: optional(numberOfBytes) }

export const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/** Raises `ValidationFailed`. */
export function sizeOf({ KeySpec, NumberOfBytes }: { readonly KeySpec?: 'AES_128' | 'AES_256'; readonly NumberOfBytes?: number }): number {
  if (KeySpec === undefined && NumberOfBytes !== undefined) return NumberOfBytes
  if (KeySpec === undefined || NumberOfBytes !== undefined) throw invalid('Please specify either number of bytes or key spec.')
  return KeySpec === 'AES_128' ? 16 : 32
}

/** Raises `KeyUsageInvalid` for what only keys of other partitions do. */
export function encryptionOf(
  algorithm: AccountEncryptionAlgorithm | 'SM2PKE' = 'SYMMETRIC_DEFAULT',
  bound: EncryptionContext = noContext,
): { readonly algorithm: AccountEncryptionAlgorithm; readonly bound: EncryptionContext } {
  if (algorithm === 'SM2PKE')
    throw new Problem({ code: 'KeyUsageInvalid', details: { message: 'Algorithm SM2PKE is supported only in China Regions.' } })
  return { algorithm, bound }
}

/** A context as the trail shows it: whole, and in clear. */
export const shownContext = (context: EncryptionContext | undefined): Readonly<Record<string, string>> | undefined =>
  context === undefined ? undefined : Object.fromEntries(context)

/** In a dry run that looks at permissions alone no ciphertext need be there. Raises `ValidationFailed`. */
export function ciphertextOf(body: {
  readonly CiphertextBlob?: Bytes
  readonly DryRun?: boolean
  readonly DryRunModifiers?: readonly string[]
}): Pick<Ciphertext, 'blob' | 'permissionsAlone'> {
  const permissionsAlone = body.DryRun === true && body.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true
  if (permissionsAlone || body.CiphertextBlob !== undefined) return { blob: body.CiphertextBlob, permissionsAlone }
  throw invalid("1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null")
}
