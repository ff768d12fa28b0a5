import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { assertNotTooMany, backUpObject } from '#domain/vault-objects/backup.ts'
import { backupBlobs } from '#domain/vault-objects/backup-blob.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { requireSecret } from './find-secret.ts'
import { versionCount, wholeSecret } from './older-versions.ts'
import { secretSchema, type Secret, type SecretVersion } from './records.ts'
import { secretScope, type SecretName } from './reference.ts'

export const secretBackups = backupBlobs<Secret>({ member: 'secret', kind: 'secretBackups', schema: secretSchema })

/** A secret with all its versions and values as a blob that only this installation opens. Raises `SecretNotFound`, `SecretManaged`, `NotSupported`. */
export async function backUpSecret(
  context: Needs<'secrets' | 'olderSecretVersions' | 'store' | 'ground' | 'instance'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'secret.backUp'> },
): Promise<Bytes> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  const { secret } = await requireSecret(context, call, { vault, name, version: 'current' })
  assertUnmanaged(secret.value, 'SecretManaged', 'backup')
  assertNotTooMany(versionCount(secret.value), 'backed up')
  return backUpObject<SecretVersion, Secret>(context, call, {
    blobs: secretBackups,
    vault,
    held: await wholeSecret(context, call, secret),
    open: (_, place, material) => context.ground.barrier.openMaterial(place, material),
  })
}
