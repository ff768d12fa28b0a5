import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { tellExpiryIfDue } from '#domain/events/tell-expiry.ts'
import type { Due, DueTask } from '#domain/jobs/task.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import { withDueAt } from './due.ts'
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
  if (secret.value.deleted === undefined) return live && tellIfDue(context, call, secret)
  if (secret.value.deleted.scheduledPurgeAt > call.at) return false
  const permit = context.access.permit(call, 'secret.purge', { on: secretScope(vault, name) })
  await purgeSecret(context, call, { permit, vault, name })
  return true
}

function tellIfDue(context: Context, call: Call, secret: HeldSecret): boolean {
  const versions = tellExpiryIfDue<SecretVersion, Secret>(context, call, { kind: 'Secret', held: secret, nearAt: thirtyDaysBefore })
  if (versions === undefined) return false
  context.secrets.update(call, secret, withDueAt({ ...secret.value, versions }))
  return true
}

export const secretTasks: readonly DueTask[] = [{ family: 'secrets', operation: 'SecretPurge', run: runIfDue }]
