import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { belongingOf, sealBackup } from './backup-blob.ts'
import { requireKey, type HeldKey } from './find-key.ts'
import { keyScope, type KeyName } from './reference.ts'

/** More cannot be backed up, nor restored (key-vault.md 8). */
export const backupVersionsMax = 500

/** A key with all its versions as a blob that only this installation opens. Raises `KeyNotFound`, `NotSupported`. */
export async function backUpKey(
  context: Needs<'keys' | 'module' | 'store' | 'ground' | 'instance'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.backUp'> },
): Promise<Bytes> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key } = await requireKey(context, call, { vault, name, version: 'current' })
  if (key.value.versions.length > backupVersionsMax)
    throw new Problem({
      code: 'NotSupported',
      details: { message: `A key with more than ${backupVersionsMax} versions cannot be backed up.` },
    })
  const materials = await materialsOf(context, call, key)
  const { deleted: _deleted, dueAt: _dueAt, ...kept } = key.value
  return sealBackup(context.ground.barrier, context.instance.installation, { belongsTo: belongingOf(vault), key: kept, materials })
}

async function materialsOf(context: Needs<'module' | 'store'>, call: Call, key: HeldKey): Promise<readonly SecretBytes[]> {
  const stored = new Map((await context.store.materialOf(key.id)).map(({ version, material }) => [version, material]))
  return key.value.versions.map(({ id, module }) => {
    const material = stored.get(id)
    assert(material !== undefined, 'a key version without material')
    const bytes = context.module(module).backUp({ id: key.id, version: id }, material)
    call.defer(bytes)
    return bytes
  })
}
