import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { requireDeletedKey, requireKey } from './find-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyScope, type KeyName, type KeyReference } from './reference.ts'

/** A live key in one version, disabled or expired too: its public half is no secret (key-vault.md 2.5). Raises `KeyNotFound`. */
export async function getKey(
  context: Needs<'keys'>,
  call: Call,
  request: {
    readonly permit: Permit<'key.read'> | Permit<'vault.readKey'> | Permit<'vault.readKeyVersion'>
    readonly reference: KeyReference
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, reference } = request
  assertPermits(permit, keyScope(reference.vault, reference.name))
  const { key, version } = await requireKey(context, call, reference)
  return { key: key.value, version }
}

/** A soft-deleted key. Raises `DeletedKeyNotFound`. */
export async function getDeletedKey(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.readDeleted'> },
): Promise<Key> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  return (await requireDeletedKey(context, call, { vault, name })).key.value
}
