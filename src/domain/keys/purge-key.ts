import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { assertPurgeable, destroyObject } from '#domain/vault-objects/deletion.ts'
import { requireDeletedKey } from './find-key.ts'
import { keyScope, type KeyName } from './reference.ts'

/** Destroys a deleted key: record and material of every version; the name is free at once. Raises `DeletedKeyNotFound`, `PurgeProtected`. */
export async function purgeKey(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.purge'> },
): Promise<void> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key, deleted } = await requireDeletedKey(context, call, { vault, name })
  assertPurgeable(call, vault, deleted)
  destroyObject(context.keys, call, key)
}
