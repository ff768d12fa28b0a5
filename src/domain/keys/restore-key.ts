import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Vault } from '#domain/resources/records.ts'
import { assertNotAskedFor } from '#domain/vault-objects/managed.ts'
import { assertNameFree, openForRestore, stageRestored } from '#domain/vault-objects/backup.ts'
import { keyBackups } from './back-up-key.ts'
import { withDueAt } from './due.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyArmId } from './reference.ts'
import { assertTypeOffered } from './specs.ts'

/**
 * Brings a backed-up key into a vault under its own name, with the same versions and times (key-vault.md 6).
 * Raises, in this order, `BackupInvalid`, `BackupForeign`, `KeyNameInUse`, `KeyTypeNeedsPremium`, `NotSupported`.
 */
export async function restoreKey(
  context: Needs<'keys' | 'certificates' | 'module' | 'ground' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'key.restore'>; readonly vault: Vault; readonly blob: Bytes },
): Promise<Key> {
  const { permit, vault, blob } = request
  assertPermits(permit, vault.scope)
  const backup = openForRestore(context, call, { blobs: keyBackups, vault, blob })
  const { name, versions } = backup.object
  call.target = { keyId: keyArmId({ vault, name }) }
  await assertNameFree(context.keys, call, { vault, name, inUse: 'KeyNameInUse' })
  await assertNotAskedFor(context, call, { named: { vault, name }, refusal: 'KeyManaged', operation: 'restore' })
  for (const version of versions) assertTypeOffered(vault, version)
  const restored = stageRestored<KeyVersion, Key>(context.keys, call, {
    vault,
    backup: { ...backup, object: withDueAt(backup.object) },
    seal: ({ module }, place, bytes) => context.module(module).restore(place, bytes),
  })
  return restored.value
}
