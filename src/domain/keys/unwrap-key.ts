import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CipherInput } from '#ports/crypto-module.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'
import { assertWraps, decipher, type CipherAlgorithm } from './use-key.ts'

/** Unwraps key data; the caller disposes of it. Raises `DecryptionFailed` for every cause alike, `AlgorithmIncompatible`. */
export async function unwrapKey(
  context: KeyNeeds,
  call: Call,
  request: CipherInput & {
    readonly permit: Permit<'key.unwrap'>
    readonly reference: KeyReference
    readonly algorithm: CipherAlgorithm
    readonly value: Bytes
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: SecretBytes }> {
  const { algorithm } = request
  assertWraps(algorithm)
  const opened = await openKey(context, call, { ...request, operation: 'unwrapKey' })
  return { key: opened.key.value, version: opened.version, value: await decipher(opened, algorithm, request) }
}
