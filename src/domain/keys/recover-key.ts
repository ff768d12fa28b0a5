import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { withDueAt } from './due.ts'
import { requireDeletedKey } from './find-key.ts'
import type { Key } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

/** Brings a deleted key back as it was, with every version; nothing of it counts as updated. Raises `DeletedKeyNotFound`. */
export async function recoverKey(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.recover'> },
): Promise<Key> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key } = await requireDeletedKey(context, call, { vault, name })
  const { deleted: _, ...live } = key.value
  return context.keys.update(call, key, withDueAt(live)).value
}
