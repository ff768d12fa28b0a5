import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { deletedNow } from '#domain/vault-objects/deletion.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { withDueAt } from './due.ts'
import { requireSecret } from './find-secret.ts'
import type { Secret } from './records.ts'
import { secretScope, type SecretName } from './reference.ts'

/** Takes a secret away with all its versions; its name stays taken until it is purged (key-vault.md 5). Raises `SecretNotFound`, `SecretManaged`. */
export async function deleteSecret(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'secret.delete'> },
): Promise<Secret> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  const { secret } = await requireSecret(context, call, { vault, name, version: 'current' })
  assertUnmanaged(secret.value, 'SecretManaged', 'delete')
  return context.secrets.update(call, secret, withDueAt({ ...secret.value, deleted: deletedNow(call, vault) })).value
}
