import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { tellExpiryIfDue, tellIfDue } from '#domain/events/tell-expiry.ts'
import type { Due, DueTask } from '#domain/jobs/task.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { nextNoticeOfOlder, thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import { olderDueAt, withDueAt } from './due.ts'
import { secretRecord, type HeldSecret } from './find-secret.ts'
import { purgeSecret } from './purge-secret.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId, secretScope } from './reference.ts'

/**
 * Tells that a version is about to expire, or has expired. Destroys a deleted secret whose days are over, under purge protection and in a
 * deleted vault too (key-vault.md 5).
 */
async function runIfDue(context: Context, call: Call, { compartment, path }: Due): Promise<boolean> {
  const at = vaultOfCompartment(context, call, compartment)
  const [name] = path
  if (at === undefined || name === undefined) return false
  const { vault, live } = at
  const secret = await secretRecord(context, call, { vault, name })
  if (secret === undefined || secret.value.managed === true) return false
  call.resource = secretArmId({ vault, name: secret.value.name })
  if (secret.value.deleted === undefined) return live && tellOfNewest(context, call, secret)
  if (secret.value.deleted.scheduledPurgeAt > call.at) return false
  const permit = context.access.permit(call, 'secret.purge', { on: secretScope(vault, name) })
  await purgeSecret(context, call, { permit, vault, name })
  return true
}

function tellOfNewest(context: Context, call: Call, secret: HeldSecret): boolean {
  const versions = tellExpiryIfDue<SecretVersion, Secret>(context, call, { kind: 'Secret', held: secret, nearAt: thirtyDaysBefore })
  if (versions === undefined) return false
  context.secrets.update(call, secret, withDueAt({ ...secret.value, versions }))
  return true
}

/** Tells of the expiry of a version that is no longer among the newest; not while its secret, or its vault, is deleted. */
async function tellOfOlder(context: Context, call: Call, { compartment, path }: Due): Promise<boolean> {
  const at = vaultOfCompartment(context, call, compartment)
  const [name, which] = path
  if (at?.live !== true || name === undefined || which === undefined) return false
  const secret = await secretRecord(context, call, { vault: at.vault, name })
  const older = await context.olderSecretVersions.get(call, compartment, [name, which])
  if (older === undefined || secret === undefined || secret.value.deleted !== undefined) return false
  call.resource = secretArmId({ vault: at.vault, name: secret.value.name })
  const { versions } = older.value
  const notice = nextNoticeOfOlder(versions, thirtyDaysBefore)
  const told = tellIfDue<SecretVersion>(context, call, { kind: 'Secret', object: secret.id, versions, nearAt: thirtyDaysBefore, notice })
  if (told === undefined) return false
  context.olderSecretVersions.update(call, older, olderDueAt({ versions: told }))
  return true
}

export const secretTasks: readonly DueTask[] = [
  { family: 'secrets', operation: 'SecretPurge', run: runIfDue },
  { family: 'olderSecretVersions', operation: 'SecretExpiredEventGridNotification', run: tellOfOlder },
]
