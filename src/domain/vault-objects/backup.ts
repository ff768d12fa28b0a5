import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'
import { belongingOf, sameBelonging, type BackedUp, type BackupBlobs } from './backup-blob.ts'
import { recordOf, type HeldObject, type ObjectRecords } from './find-object.ts'
import type { ObjectVersion, VaultObject } from './object.ts'
import { objectPath, type ObjectName } from './reference.ts'

/** More cannot be backed up, nor restored (key-vault.md 8). */
export const versionsMax = 500

/** Raises `NotSupported`. */
export function assertNotTooMany(versions: number, what: string): void {
  if (versions > versionsMax)
    throw new Problem({ code: 'NotSupported', details: { message: `More than ${versionsMax} versions cannot be ${what}.` } })
}

/** A live object with the material of all its versions, sealed. Raises `NotSupported`. */
export async function backUpObject<V extends ObjectVersion, T extends VaultObject<V>>(
  context: Needs<'store' | 'ground' | 'instance'>,
  call: Call,
  what: {
    readonly blobs: BackupBlobs<T>
    readonly vault: Vault
    readonly held: HeldObject<T>
    open(version: V, place: Place, material: Material): SecretBytes
  },
): Promise<Bytes> {
  const { blobs, vault, held } = what
  assertNotTooMany(held.value.versions.length, 'backed up')
  const stored = new Map((await context.store.materialOf(held.id)).map(({ version, material }) => [version, material]))
  const materials = held.value.versions.map(version => {
    const material = stored.get(version.id)
    assert(material !== undefined, 'a version without material')
    const bytes = what.open(version, { id: held.id, version: version.id }, material)
    call.defer(bytes)
    return bytes
  })
  return blobs.seal(context.ground.barrier, context.instance.installation, {
    belongsTo: belongingOf(vault),
    object: held.value,
    materials,
  })
}

/** What a blob holds, for a vault that it may be restored into. Raises, in this order, `BackupInvalid`, `BackupForeign`. */
export function openForRestore<T extends VaultObject>(
  context: Needs<'ground' | 'instance'>,
  call: Call,
  what: { readonly blobs: BackupBlobs<T>; readonly vault: Vault; readonly blob: Bytes },
): BackedUp<T> {
  const { blobs, vault, blob } = what
  const backup = blobs.open(context.ground.barrier, context.instance.installation, blob)
  if (backup === undefined) throw new Problem({ code: 'BackupInvalid' })
  for (const material of backup.materials) call.defer(material)
  if (!sameBelonging(backup.belongsTo, belongingOf(vault))) throw new Problem({ code: 'BackupForeign' })
  return backup
}

/** Nothing of that name is in the vault, deleted or not. Raises `inUse`. */
export async function assertNameFree<T>(
  records: ObjectRecords<T>,
  call: Call,
  { vault, name, inUse }: ObjectName & { readonly inUse: 'KeyNameInUse' | 'SecretNameInUse' },
): Promise<void> {
  if ((await recordOf(records, call, { vault, name })) !== undefined) throw new Problem({ code: inUse, details: { name } })
}

/** Stages it under its own name, with the same versions and times (key-vault.md 6). Raises `NotSupported`. */
export function stageRestored<V extends ObjectVersion, T extends VaultObject<V>>(
  records: ObjectRecords<T>,
  call: Call,
  what: { readonly vault: Vault; readonly backup: BackedUp<T>; seal(version: V, place: Place, bytes: SecretBytes): Material },
): HeldObject<T> {
  const { vault, backup } = what
  const { object, materials } = backup
  assertNotTooMany(object.versions.length, 'restored')
  const held = records.create(call, vault.compartment, { path: objectPath(object.name), value: object })
  for (const [at, version] of object.versions.entries()) {
    const bytes = materials[at]
    assert(bytes !== undefined, 'a backup with a version that has no material')
    const place = { id: held.id, version: version.id }
    call.materials.push({ place, material: what.seal(version, place, bytes) })
  }
  return held
}
