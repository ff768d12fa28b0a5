import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { changedAttributes, wholeSecond, type ObjectAttributes, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { watchedAfter } from '#domain/vault-objects/expiry.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { withDueAt } from './due.ts'
import { replacedPolicy } from './exportable.ts'
import { requireKey } from './find-key.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyScope, type KeyReference } from './reference.ts'
import { keyOpsFor } from './specs.ts'

/**
 * Changes what is named of one version; what is absent stays, tags are replaced whole.
 * Raises `KeyNotFound`, `KeyManaged`, `KeyOperationsUnsupported`, `InvalidBody`.
 */
export async function updateKey(
  context: Needs<'keys'>,
  call: Call,
  request: {
    readonly permit: Permit<'key.update'>
    readonly reference: KeyReference
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
    /** As the caller thinks that it is: it cannot be changed. */
    readonly exportable?: boolean | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, reference, keyOps, attributes, tags } = request
  assertPermits(permit, keyScope(reference.vault, reference.name))
  const { key, version: before } = await requireKey(context, call, reference)
  assertUnmanaged(key.value, 'KeyManaged', 'update')
  const { enabled: _, notBefore: __, expires: ___, ...rest } = before
  const version: KeyVersion = {
    ...rest,
    ...changedAttributes(before, attributes),
    ...watchedAfter(before, attributes?.expires),
    ...(keyOps !== undefined && { keyOps: keyOpsFor(before.spec, keyOps, { exportable: key.value.releasePolicy !== undefined }) }),
    ...(tags !== undefined && { tags: { ...tags } }),
    updatedAt: wholeSecond(call.at),
  }
  const versions = key.value.versions.map(one => (one.id === version.id ? version : one))
  const releasePolicy = replacedPolicy(key.value, request)
  const changed = { ...key.value, versions, ...(releasePolicy !== undefined && { releasePolicy }) }
  return { key: context.keys.update(call, key, withDueAt(changed)).value, version }
}
