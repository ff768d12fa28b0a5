import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CipherInput } from '#ports/crypto-module.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'
import { decipher, type CipherAlgorithm } from './use-key.ts'

/** Decrypts a ciphertext; the caller disposes of the plaintext. Raises `DecryptionFailed` for every cause alike, `AlgorithmIncompatible`. */
export async function decrypt(
  context: KeyNeeds,
  call: Call,
  request: CipherInput & {
    readonly permit: Permit<'key.decrypt'>
    readonly reference: KeyReference
    readonly algorithm: CipherAlgorithm
    readonly value: Bytes
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: SecretBytes }> {
  const { algorithm } = request
  const opened = await openKey(context, call, { ...request, operation: 'decrypt' })
  return { key: opened.key.value, version: opened.version, value: await decipher(opened, algorithm, request) }
}
