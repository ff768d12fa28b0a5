import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Vault } from '#domain/resources/records.ts'
import { assertNotAskedFor } from '#domain/vault-objects/managed.ts'
import { assertNameFree, openForRestore, stageRestored } from '#domain/vault-objects/backup.ts'
import { secretBackups } from './back-up-secret.ts'
import { withDueAt } from './due.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId } from './reference.ts'

/**
 * Brings a backed-up secret into a vault under its own name, with the same versions, values and times (key-vault.md 6).
 * Raises, in this order, `BackupInvalid`, `BackupForeign`, `SecretNameInUse`, `NotSupported`.
 */
export async function restoreSecret(
  context: Needs<'secrets' | 'certificates' | 'ground' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'secret.restore'>; readonly vault: Vault; readonly blob: Bytes },
): Promise<Secret> {
  const { permit, vault, blob } = request
  assertPermits(permit, vault.scope)
  const backup = openForRestore(context, call, { blobs: secretBackups, vault, blob })
  const { name } = backup.object
  call.target = { secretId: secretArmId({ vault, name }) }
  await assertNameFree(context.secrets, call, { vault, name, inUse: 'SecretNameInUse' })
  await assertNotAskedFor(context, call, { named: { vault, name }, refusal: 'SecretManaged', operation: 'restore' })
  return stageRestored<SecretVersion, Secret>(context.secrets, call, {
    vault,
    backup: { ...backup, object: withDueAt(backup.object) },
    seal: (_, place, bytes) => context.ground.barrier.sealMaterial(place, bytes.bytes),
  })
}
