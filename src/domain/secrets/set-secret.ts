import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addSecretVersion } from './add-secret-version.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretScope, type SecretName } from './reference.ts'

/**
 * Keeps a value as a new secret, or as the next version of the one under this name. `value` is UTF-8; the caller disposes of it.
 * Raises `SecretManaged`, `SecretNameDeleted`, `InvalidBody`, `NotSupported`.
 */
export async function setSecret(
  context: Needs<'secrets' | 'olderSecretVersions' | 'certificates' | 'ground'>,
  call: Call,
  request: SecretName & {
    readonly permit: Permit<'secret.set'> | Permit<'vault.writeSecret'>
    readonly value: Bytes
    readonly contentType?: string | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
  },
): Promise<{ readonly secret: Secret; readonly version: SecretVersion }> {
  const { permit, vault, name, ...rest } = request
  assertPermits(permit, secretScope(vault, name))
  return addSecretVersion(context, call, { named: { vault, name }, ...rest })
}
