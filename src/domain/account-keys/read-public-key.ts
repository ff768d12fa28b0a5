import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { findAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { assertKeyState } from './key-states.ts'
import { permitKey } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import { currentMaterial, type KeyReference, type UseNeeds } from './use-account-key.ts'

/** The public half of a pair, SubjectPublicKeyInfo DER. Raises what `findAccountKey` and `assertKeyState` raise, `AccessDenied`, `KeyOperationUnsupported`. */
export async function readPublicKey(
  context: UseNeeds,
  call: Call,
  reference: KeyReference,
): Promise<{ readonly key: AccountKey; readonly arn: string; readonly publicKey: Bytes }> {
  const permission = 'accountKey.readPublicKey'
  const found = await findAccountKey(context, call, { ...reference, accepts: 'any', permission })
  const { key } = found
  await permitKey(context, call, { ...found, permission })
  const arn = keyArn(key.value)
  // What no state could change is said before the state.
  if (key.value.spec === 'SYMMETRIC_DEFAULT' || key.value.usage === 'GENERATE_VERIFY_MAC')
    throw new Problem({
      code: 'KeyOperationUnsupported',
      details: { message: `${arn} key spec is ${key.value.spec} which is not valid for GetPublicKey.` },
    })
  await assertKeyState(context, call, { key, operation: 'use' })
  const { publicKey } = currentMaterial(key.value)
  if (publicKey === undefined) throw new Error('a pair without its public half')
  return { key: key.value, arn, publicKey: Uint8Array.from(Buffer.from(publicKey, 'base64')) }
}
