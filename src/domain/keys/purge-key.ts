import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { requireDeletedKey, type HeldKey } from './find-key.ts'
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
  if (vault.enablePurgeProtection && call.at < deleted.scheduledPurgeAt)
    throw new Problem({ code: 'PurgeProtected', details: { vault: vault.name, location: vault.location } })
  destroyKey(context, call, key)
}

function destroyKey({ keys }: Needs<'keys'>, call: Call, key: HeldKey): void {
  keys.remove(call, key)
  call.materials.push({ removeOf: key.id })
}
