import type { Bytes } from '#model/brands.ts'
import type { CipherInput, CipherOutput } from '#ports/crypto-module.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'
import { encipher, type CipherAlgorithm } from './use-key.ts'

/** Encrypts a short plaintext under a key that still protects. Answers the version that was used. Raises `ValueLengthInvalid`, `AlgorithmIncompatible`. */
export async function encrypt(
  context: KeyNeeds,
  call: Call,
  request: CipherInput & {
    readonly permit: Permit<'key.encrypt'>
    readonly reference: KeyReference
    readonly algorithm: CipherAlgorithm
    readonly value: Bytes
  },
): Promise<CipherOutput & { readonly key: Key; readonly version: KeyVersion }> {
  const { algorithm } = request
  const opened = await openKey(context, call, { ...request, operation: 'encrypt' })
  return { key: opened.key.value, version: opened.version, ...(await encipher(opened, algorithm, request)) }
}
