import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { tellExpiryIfDue } from '#domain/events/tell-expiry.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import type { Vault } from '#domain/resources/records.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { nearExpiryOf, rotationDueAt, withDueAt } from './due.ts'
import { keyRecord, type HeldKey } from './find-key.ts'
import { purgeKey } from './purge-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyArmId, keyScope } from './reference.ts'
import { rotateKey } from './rotate-key.ts'

interface DueKey {
  readonly vault: Vault
  readonly key: HeldKey
}

/** Rotates a key whose policy says that it is time. Keys of a deleted vault wait for its recovery. */
async function rotateIfDue(context: Context, call: Call, { vault, key }: DueKey): Promise<boolean> {
  const dueAt = rotationDueAt(key.value)
  if (dueAt === undefined || dueAt > call.at) return false
  const { name } = key.value
  const permit = context.access.permit(call, 'key.rotate', { on: keyScope(vault, name) })
  await rotateKey(context, call, { permit, vault, name })
  return true
}

/** Tells that a version is about to expire, or has expired. */
function tellIfDue(context: Context, call: Call, key: HeldKey): boolean {
  if (key.value.managed === true) return false
  const versions = tellExpiryIfDue<KeyVersion, Key>(context, call, { kind: 'Key', held: key, nearAt: nearExpiryOf(key.value) })
  if (versions === undefined) return false
  context.keys.update(call, key, withDueAt({ ...key.value, versions }))
  return true
}

/** Destroys a deleted key whose days are over, under purge protection too. */
async function purgeIfDue(context: Context, call: Call, { vault, key }: DueKey): Promise<boolean> {
  if (key.value.deleted === undefined || key.value.deleted.scheduledPurgeAt > call.at) return false
  call.operation = 'KeyPurge'
  const { name } = key.value
  const permit = context.access.permit(call, 'key.purge', { on: keyScope(vault, name) })
  await purgeKey(context, call, { permit, vault, name })
  return true
}

/** What the scheduler does with a key whose time has come: one task a family, and the key's state says which it is. */
async function runIfDue(context: Context, call: Call, { compartment, path }: Parameters<DueTask['run']>[2]): Promise<boolean> {
  const at = vaultOfCompartment(context, call, compartment)
  const [name] = path
  if (at === undefined || name === undefined) return false
  const { vault, live } = at
  const key = await keyRecord(context, call, { vault, name })
  if (key === undefined) return false
  call.resource = keyArmId({ vault, name: key.value.name })
  if (key.value.deleted !== undefined) return purgeIfDue(context, call, { vault, key })
  if (!live) return false
  // What is replaced by itself is not about to expire.
  return (await rotateIfDue(context, call, { vault, key })) || tellIfDue(context, call, key)
}

export const keyTasks: readonly DueTask[] = [{ family: 'keys', operation: 'KeyRotateIfDue', run: runIfDue }]
