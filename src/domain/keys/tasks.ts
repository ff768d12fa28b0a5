import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import type { Vault } from '#domain/resources/records.ts'
import { rotationDueAt } from './due.ts'
import { keyRecord } from './find-key.ts'
import { purgeKey } from './purge-key.ts'
import { keyArmId, keyScope } from './reference.ts'
import { rotateKey } from './rotate-key.ts'

/** The vault whose keys lie in a compartment: a live one, or a deleted one, whose purge clocks go on (key-vault.md 5). */
function vaultOf(
  { vaults, deletedVaults }: Needs<'vaults' | 'deletedVaults'>,
  call: Call,
  compartment: CompartmentId,
): { readonly vault: Vault; readonly live: boolean } | undefined {
  const live = vaults.peek().find(held => held.value.compartment === compartment)
  const deleted = live === undefined ? deletedVaults.peek().find(held => held.value.vault.compartment === compartment) : undefined
  const held = live ?? deleted
  if (held !== undefined) call.reads.add(held.id)
  if (live !== undefined) return { vault: live.value, live: true }
  return deleted === undefined ? undefined : { vault: deleted.value.vault, live: false }
}

/** Rotates a key whose policy says that it is time. Keys of a deleted vault wait for its recovery. */
async function rotateIfDue(context: Context, call: Call, due: Parameters<DueTask['run']>[2]): Promise<boolean> {
  const at = vaultOf(context, call, due.compartment)
  const name = due.path[0]
  if (at?.live !== true || name === undefined) return false
  const { vault } = at
  const key = await keyRecord(context, call, { vault, name })
  const dueAt = key === undefined ? undefined : rotationDueAt(key.value)
  if (key === undefined || dueAt === undefined || dueAt > call.at) return false
  call.resource = keyArmId({ vault, name: key.value.name })
  const permit = context.access.permit(call, 'key.rotate', { on: keyScope(vault, name) })
  await rotateKey(context, call, { permit, vault, name })
  return true
}

/** Destroys a deleted key whose days are over, under purge protection too. */
async function purgeIfDue(context: Context, call: Call, due: Parameters<DueTask['run']>[2]): Promise<boolean> {
  const at = vaultOf(context, call, due.compartment)
  const name = due.path[0]
  if (at === undefined || name === undefined) return false
  const { vault } = at
  const key = await keyRecord(context, call, { vault, name })
  const deleted = key?.value.deleted
  if (key === undefined || deleted === undefined || deleted.scheduledPurgeAt > call.at) return false
  call.resource = keyArmId({ vault, name: key.value.name })
  const permit = context.access.permit(call, 'key.purge', { on: keyScope(vault, name) })
  await purgeKey(context, call, { permit, vault, name })
  return true
}

/** What the scheduler does with keys whose time has come. */
export const keyTasks: readonly DueTask[] = [
  { family: 'keys', operation: 'KeyRotateIfDue', run: rotateIfDue },
  { family: 'keys', operation: 'KeyPurge', run: purgeIfDue },
]
