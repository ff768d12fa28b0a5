import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { HeldObject, ObjectRecords } from './find-object.ts'
import type { Deletion } from './object.ts'

/** What deletion promises, as it is read and not as it was promised (key-vault.md 5). */
export function recoveryLevel({ softDeleteRetentionInDays, enablePurgeProtection }: Vault): string {
  const level = softDeleteRetentionInDays === 90 ? 'Recoverable' : 'CustomizedRecoverable'
  return enablePurgeProtection ? level : `${level}+Purgeable`
}

const dayMs = 86_400_000

/** From now on, for the days that the vault keeps what is deleted (key-vault.md 5). */
export const deletedNow = (call: Call, vault: Vault): Deletion => ({
  at: call.at,
  scheduledPurgeAt: call.at + vault.softDeleteRetentionInDays * dayMs,
})

/** Under purge protection nothing is destroyed before its days are over. Raises `PurgeProtected`. */
export function assertPurgeable(call: Call, vault: Vault, deleted: Deletion): void {
  if (vault.enablePurgeProtection && call.at < deleted.scheduledPurgeAt)
    throw new Problem({ code: 'PurgeProtected', details: { vault: vault.name, location: vault.location } })
}

/** Record and material of every version: nothing brings it back, and its name is free at once (security-and-reliability.md 2.5). */
export function destroyObject<T>(records: ObjectRecords<T>, call: Call, held: HeldObject<T>): void {
  records.remove(call, held)
  call.materials.push({ removeOf: held.id })
}
