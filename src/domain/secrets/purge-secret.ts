import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { assertPurgeable, destroyObject } from '#domain/vault-objects/deletion.ts'
import { requireDeletedSecret } from './find-secret.ts'
import { destroyOlder } from './older-versions.ts'
import { secretScope, type SecretName } from './reference.ts'

/** Destroys a deleted secret: record and value of every version; the name is free at once. Raises `DeletedSecretNotFound`, `PurgeProtected`. */
export async function purgeSecret(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'secret.purge'> },
): Promise<void> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  const { secret, deleted } = await requireDeletedSecret(context, call, { vault, name })
  assertPurgeable(call, vault, deleted)
  await destroyOlder(context, call, secret)
  destroyObject(context.secrets, call, secret)
}
