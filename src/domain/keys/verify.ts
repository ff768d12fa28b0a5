import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import { openKey, type KeyNeeds } from './open-key.ts'
import type { KeyReference } from './reference.ts'
import { verifyWith, type AnySignatureAlgorithm } from './use-key.ts'

/** Is this the key's signature over the digest? False for one of any wrong length. Raises `ValueLengthInvalid` for the digest, `AlgorithmIncompatible`. */
export async function verify(
  context: KeyNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.verify'>
    readonly reference: KeyReference
    readonly algorithm: AnySignatureAlgorithm
    readonly digest: Bytes
    readonly context?: Bytes | undefined
    readonly signature: Bytes
  },
): Promise<boolean> {
  const { algorithm, digest, signature, context: own } = request
  const opened = await openKey(context, call, { ...request, operation: 'verify' })
  return verifyWith(opened, algorithm, { value: digest, signature, context: own })
}
