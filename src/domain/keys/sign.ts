import type { SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'

/** Signs a digest as it is given. Answers the version that was used. Raises `ValueLengthInvalid`, `AlgorithmIncompatible`. */
export async function sign(
  context: KeyNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.sign'>
    readonly reference: KeyReference
    readonly algorithm: SignatureAlgorithm
    readonly digest: Bytes
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: Bytes }> {
  const { algorithm, digest } = request
  const { key, version, usable } = await openKey(context, call, { ...request, operation: 'sign' })
  return { key: key.value, version, value: await usable.sign(algorithm, digest) }
}
