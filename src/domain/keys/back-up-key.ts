import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { backUpObject } from '#domain/vault-objects/backup.ts'
import { backupBlobs } from '#domain/vault-objects/backup-blob.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { requireKey } from './find-key.ts'
import { keySchema, type Key, type KeyVersion } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

export const keyBackups = backupBlobs<Key>({ member: 'key', kind: 'keyBackups', schema: keySchema })

/** A key with all its versions as a blob that only this installation opens. Raises `KeyNotFound`, `KeyManaged`, `NotSupported`. */
export async function backUpKey(
  context: Needs<'keys' | 'module' | 'store' | 'ground' | 'instance'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.backUp'> },
): Promise<Bytes> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key } = await requireKey(context, call, { vault, name, version: 'current' })
  assertUnmanaged(key.value, 'KeyManaged', 'backup')
  return backUpObject<KeyVersion, Key>(context, call, {
    blobs: keyBackups,
    vault,
    held: key,
    open: ({ module }, place, material) => context.module(module).backUp(place, material),
  })
}
