import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Due, DueTask } from '#domain/jobs/task.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { secretRecord } from './find-secret.ts'
import { purgeSecret } from './purge-secret.ts'
import { secretArmId, secretScope } from './reference.ts'

/** Destroys a deleted secret whose days are over, under purge protection and in a deleted vault too (key-vault.md 5). */
async function purgeIfDue(context: Context, call: Call, { compartment, path }: Due): Promise<boolean> {
  const at = vaultOfCompartment(context, call, compartment)
  const [name] = path
  if (at === undefined || name === undefined) return false
  const { vault } = at
  const secret = await secretRecord(context, call, { vault, name })
  if (secret?.value.deleted === undefined || secret.value.deleted.scheduledPurgeAt > call.at) return false
  call.resource = secretArmId({ vault, name: secret.value.name })
  const permit = context.access.permit(call, 'secret.purge', { on: secretScope(vault, name) })
  await purgeSecret(context, call, { permit, vault, name })
  return true
}

export const secretTasks: readonly DueTask[] = [{ family: 'secrets', operation: 'SecretPurge', run: purgeIfDue }]
