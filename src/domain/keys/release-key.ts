import { rsaAesWrap, type KeyWrapName } from '#crypto/rsa-aes-key-wrap.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { attestedTarget } from './attested-target.ts'
import { requireKey } from './find-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyArmId, keyScope, type KeyReference } from './reference.ts'
import { readPolicyOf } from './release-policy.ts'
import { keyUse } from './states.ts'

const transportKeyBytes = 32

type ReleaseNeeds = Needs<'keys' | 'module' | 'store' | 'ground' | 'identity' | 'instance'>

export interface Released {
  readonly key: Key
  readonly version: KeyVersion
  /** The target's key as its token names it. */
  readonly targetKid: string
  /** RSA-OAEP of a key for this once ‖ AES key wrap of the private key: PKCS #8, or the bytes of a symmetric key. */
  readonly ciphertext: Uint8Array
}

/**
 * Lets a key out to a machine that an authority vouches for, under that machine's own key (key-vault.md 10.2). A disabled key stays in; a window does not hold it back.
 * Raises `KeyNotFound`, `KeyDisabled`, `KeyOperationForbidden` for a key without a release policy, `InvalidBody`, `ReleaseRefused`.
 */
export async function releaseKey(
  context: ReleaseNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'key.release'>
    readonly reference: KeyReference
    readonly target: string
    readonly nonce: string | undefined
    readonly enc: KeyWrapName
  },
): Promise<Released> {
  const { permit, reference, enc } = request
  assertPermits(permit, keyScope(reference.vault, reference.name))
  const { key, version } = await requireKey(context, call, reference)
  call.target = { keyId: keyArmId({ vault: reference.vault, name: key.value.name }), version: version.id, algorithm: enc }
  if (keyUse(version, call.at).state === 'disabled') throw new Problem({ code: 'KeyDisabled', details: { operation: 'release' } })
  if (key.value.releasePolicy === undefined) throw new Problem({ code: 'KeyOperationForbidden', details: { operation: 'release' } })
  const policy = readPolicyOf(key.value.releasePolicy)
  const target = await attestedTarget(context, call, { ...request, policy })
  const material = await context.store.material({ id: key.id, version: version.id })
  if (material === undefined) throw new Error('a key version without material')
  using opened = context.module(version.module).export({ id: key.id, version: version.id }, material)
  using transportKey = new SecretBytes(context.ground.random.bytes(transportKeyBytes))
  const ciphertext = rsaAesWrap(enc, { publicKey: target.publicKey, transportKey: transportKey.bytes }, opened.bytes)
  return { key: key.value, version, targetKid: target.kid, ciphertext }
}
