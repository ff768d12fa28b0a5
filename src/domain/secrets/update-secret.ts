import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { changedAttributes, wholeSecond, type ObjectAttributes, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { watchedAfter } from '#domain/vault-objects/expiry.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { olderDueAt, withDueAt } from './due.ts'
import { requireSecret } from './find-secret.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretScope, type SecretReference } from './reference.ts'

/**
 * Changes what is named of one version, disabled or not, and never its value; what is absent stays, tags are replaced whole.
 * Raises `SecretNotFound`, `SecretManaged`, `InvalidBody`.
 */
export async function updateSecret(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  request: {
    readonly permit: Permit<'secret.update'> | Permit<'vault.writeSecret'>
    readonly reference: SecretReference
    readonly contentType?: string | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
  },
): Promise<{ readonly secret: Secret; readonly version: SecretVersion }> {
  const { permit, reference, contentType, attributes, tags } = request
  assertPermits(permit, secretScope(reference.vault, reference.name))
  const { secret, version: before, older } = await requireSecret(context, call, reference)
  assertUnmanaged(secret.value, 'SecretManaged', 'update')
  const { enabled: _, notBefore: __, expires: ___, ...rest } = before
  const version: SecretVersion = {
    ...rest,
    ...changedAttributes(before, attributes),
    ...watchedAfter(before, attributes?.expires),
    ...(contentType !== undefined && { contentType }),
    ...(tags !== undefined && { tags: { ...tags } }),
    updatedAt: wholeSecond(call.at),
  }
  const changed = (versions: readonly SecretVersion[]): SecretVersion[] => versions.map(one => (one.id === version.id ? version : one))
  if (older !== undefined) {
    context.olderSecretVersions.update(call, older, olderDueAt({ versions: changed(older.value.versions) }))
    return { secret: secret.value, version }
  }
  const after = withDueAt({ ...secret.value, versions: changed(secret.value.versions) })
  return { secret: context.secrets.update(call, secret, after).value, version }
}
