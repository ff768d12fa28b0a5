import { isSymmetric } from '#crypto/symmetric.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addVersion, defaultModule, type MakingNeeds } from './add-version.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'
import { assertTypeOffered, keyOpsFor } from './specs.ts'

/**
 * Takes a symmetric key in, to where hardware keys are kept and nowhere else. The call zeroes it.
 * Raises `KeyTypeNeedsPremium`, `KeyNotWhole`, `KeyOperationsUnsupported`, `InvalidBody`, `KeyNameDeleted`, `KeyManaged`.
 */
export async function importSymmetricKey(
  context: MakingNeeds,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.import'>
    readonly secret: Uint8Array
    readonly hsm: boolean
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name, hsm, keyOps, attributes, tags } = request
  assertPermits(permit, keyScope(vault, name))
  const secret = new SecretBytes(request.secret)
  call.defer(secret)
  if (!hsm) throw new Problem({ code: 'KeyNotWhole', details: { message: 'A symmetric key is kept as oct-HSM alone' } })
  assertTypeOffered(vault, { hsm })
  const spec = `oct-${secret.length * 8}`
  if (!isSymmetric(spec)) throw new Problem({ code: 'KeyNotWhole', details: { message: 'k is not 16, 24 or 32 bytes long' } })
  return addVersion(context, call, {
    named: { vault, name },
    kind: { spec, hsm },
    origin: 'imported',
    operation: 'import',
    keyOps: keyOpsFor(spec, keyOps, { exportable: request.release !== undefined }),
    attributes,
    tags,
    release: request.release,
    make: async place => context.module(defaultModule).importSymmetric(spec, secret, place),
  })
}
