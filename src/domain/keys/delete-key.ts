import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { deletedNow } from '#domain/vault-objects/deletion.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { withDueAt } from './due.ts'
import { requireKey } from './find-key.ts'
import type { Key } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

/** Takes a key away with all its versions; its name stays taken until it is purged (key-vault.md 5). Raises `KeyNotFound`, `KeyManaged`. */
export async function deleteKey(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.delete'> },
): Promise<Key> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key } = await requireKey(context, call, { vault, name, version: 'current' })
  assertUnmanaged(key.value, 'KeyManaged', 'delete')
  return context.keys.update(call, key, withDueAt({ ...key.value, deleted: deletedNow(call, vault) })).value
}
