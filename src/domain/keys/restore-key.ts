import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Vault } from '#domain/resources/records.ts'
import { backupVersionsMax } from './back-up-key.ts'
import { belongingOf, openBackup, sameBelonging, type BackedUpKey } from './backup-blob.ts'
import { withDueAt } from './due.ts'
import { keyRecord } from './find-key.ts'
import type { Key } from './records.ts'
import { keyArmId, keyPath } from './reference.ts'
import { assertTypeOffered } from './specs.ts'

type RestoreNeeds = Needs<'keys' | 'module' | 'ground' | 'instance'>

/**
 * Brings a backed-up key into a vault under its own name, with the same versions and times (key-vault.md 6).
 * Raises, in this order, `BackupInvalid`, `BackupForeign`, `KeyNameInUse`, `KeyTypeNeedsPremium`, `NotSupported`.
 */
export async function restoreKey(
  context: RestoreNeeds,
  call: Call,
  request: { readonly permit: Permit<'key.restore'>; readonly vault: Vault; readonly blob: Bytes },
): Promise<Key> {
  const { permit, vault, blob } = request
  assertPermits(permit, vault.scope)
  const backup = openBackup(context.ground.barrier, context.instance.installation, blob)
  if (backup === undefined) throw new Problem({ code: 'BackupInvalid' })
  for (const material of backup.materials) call.defer(material)
  if (!sameBelonging(backup.belongsTo, belongingOf(vault))) throw new Problem({ code: 'BackupForeign' })
  const { name, versions } = backup.key
  call.target = { keyId: keyArmId({ vault, name }) }
  if ((await keyRecord(context, call, { vault, name })) !== undefined) throw new Problem({ code: 'KeyNameInUse', details: { name } })
  for (const version of versions) assertTypeOffered(vault, version)
  if (versions.length > backupVersionsMax)
    throw new Problem({
      code: 'NotSupported',
      details: { message: `A key with more than ${backupVersionsMax} versions cannot be restored.` },
    })
  return stageRestored(context, call, { vault, backup })
}

function stageRestored(context: RestoreNeeds, call: Call, restored: { readonly vault: Vault; readonly backup: BackedUpKey }): Key {
  const { vault, backup } = restored
  const { key, materials } = backup
  const held = context.keys.create(call, vault.compartment, { path: keyPath(key.name), value: withDueAt(key) })
  for (const [at, version] of key.versions.entries()) {
    const bytes = materials[at]
    assert(bytes !== undefined, 'a backup with a version that has no material')
    const place = { id: held.id, version: version.id }
    call.materials.push({ place, material: context.module(version.module).restore(place, bytes) })
  }
  return held.value
}
