import type { EncryptionAlgorithm } from '#crypto/algorithms.ts'
import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'

/** Encrypts a short plaintext under a key that still protects. Answers the version that was used. Raises `ValueLengthInvalid`, `AlgorithmIncompatible`. */
export async function encrypt(
  context: KeyNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.encrypt'>
    readonly reference: KeyReference
    readonly algorithm: EncryptionAlgorithm
    readonly value: Bytes
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: Bytes }> {
  const { algorithm, value } = request
  const { key, version, usable } = await openKey(context, call, { ...request, operation: 'encrypt' })
  return { key: key.value, version, value: await usable.encrypt(algorithm, value) }
}
