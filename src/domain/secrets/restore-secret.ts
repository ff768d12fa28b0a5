import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Vault } from '#domain/resources/records.ts'
import { belongingOf, sameBelonging } from '#domain/vault-objects/backup-blob.ts'
import { assertNotAskedFor } from '#domain/vault-objects/managed.ts'
import { assertNameFree, openForRestore, stageRestored } from '#domain/vault-objects/backup.ts'
import { secretBackups } from './back-up-secret.ts'
import { withDueAt } from './due.ts'
import { withOlderMoved } from './older-versions.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId } from './reference.ts'

/**
 * The name that a blob would bring into a vault; `undefined` for what would not be restored there. Of a conditional right the name decides: it is
 * what is read before there is a permit, and nothing else of the blob stays open.
 */
export function nameInBackup(
  { ground, instance }: Needs<'ground' | 'instance'>,
  { vault, blob }: { readonly vault: Vault; readonly blob: Bytes },
): string | undefined {
  const backup = secretBackups.open(ground.barrier, instance.installation, blob)
  if (backup === undefined) return undefined
  for (const material of backup.materials) material[Symbol.dispose]()
  return sameBelonging(backup.belongsTo, belongingOf(vault)) ? backup.object.name : undefined
}

/**
 * Brings a backed-up secret into a vault under its own name, with the same versions, values and times (key-vault.md 6).
 * Raises, in this order, `BackupInvalid`, `BackupForeign`, `SecretNameInUse`, `NotSupported`.
 */
export async function restoreSecret(
  context: Needs<'secrets' | 'olderSecretVersions' | 'certificates' | 'ground' | 'instance'>,
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
  const restored = stageRestored<SecretVersion, Secret>(context.secrets, call, {
    vault,
    backup,
    seal: (_, place, bytes) => context.ground.barrier.sealMaterial(place, bytes.bytes),
  })
  return context.secrets.update(
    call,
    restored,
    withDueAt(withOlderMoved(context, call, { compartment: restored.compartment, secret: restored.value })),
  ).value
}
