import type { EncryptionAlgorithm } from '#crypto/algorithms.ts'
import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'

/** Decrypts a ciphertext; the caller disposes of the plaintext. Raises `DecryptionFailed` for every cause alike, `AlgorithmIncompatible`. */
export async function decrypt(
  context: KeyNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.decrypt'>
    readonly reference: KeyReference
    readonly algorithm: EncryptionAlgorithm
    readonly value: Bytes
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: SecretBytes }> {
  const { algorithm, value } = request
  const { key, version, usable } = await openKey(context, call, { ...request, operation: 'decrypt' })
  return { key: key.value, version, value: await usable.decrypt(algorithm, value) }
}
