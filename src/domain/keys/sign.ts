import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyReference } from './reference.ts'
import { signWith, type AnySignatureAlgorithm } from './use-key.ts'

/** Signs a digest as it is given, or makes a code over it. Answers the version that was used. Raises `ValueLengthInvalid`, `AlgorithmIncompatible`. */
export async function sign(
  context: KeyNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.sign'>
    readonly reference: KeyReference
    readonly algorithm: AnySignatureAlgorithm
    readonly digest: Bytes
    readonly context?: Bytes | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion; readonly value: Bytes }> {
  const { algorithm, digest, context: own } = request
  const opened = await openKey(context, call, { ...request, operation: 'sign' })
  return { key: opened.key.value, version: opened.version, value: await signWith(opened, algorithm, { value: digest, context: own }) }
}
