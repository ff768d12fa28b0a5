import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { addVersion, generating, type MakingNeeds } from './add-version.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'
import { assertTypeOffered, keyOpsFor, type AnyKind } from './specs.ts'

/**
 * Generates a key, or the next version of the one under this name: type and size are the caller's each time.
 * Raises `KeyTypeNeedsPremium`, `KeyOperationsUnsupported`, `InvalidBody`, `KeyNameDeleted`, `KeyManaged`.
 */
export async function createKey(
  context: MakingNeeds,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.create'> | Permit<'vault.writeKey'>
    readonly kind: AnyKind
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name, kind, attributes, tags } = request
  assertPermits(permit, keyScope(vault, name))
  assertTypeOffered(vault, kind)
  return addVersion(context, call, {
    named: { vault, name },
    kind,
    origin: 'generated',
    operation: 'create',
    keyOps: keyOpsFor(kind.spec, request.keyOps, { exportable: request.release !== undefined }),
    attributes,
    tags,
    release: request.release,
    make: generating(context, kind.spec),
  })
}
