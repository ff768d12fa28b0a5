import assert from 'node:assert/strict'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Key } from '#domain/keys/records.ts'
import type { Secret } from '#domain/secrets/records.ts'
import { recordOf, type HeldObject } from '#domain/vault-objects/find-object.ts'
import type { Deletion, ObjectVersion } from '#domain/vault-objects/object.ts'
import type { CertificateName } from './reference.ts'

// A certificate's key and secret bear its name and live its life (key-vault.md 4.6).

export interface Parts {
  readonly key: HeldObject<Key>
  readonly secret: HeldObject<Secret>
}

/** Of a certificate that has a version. */
export async function partsOf({ keys, secrets }: Needs<'keys' | 'secrets'>, call: Call, named: CertificateName): Promise<Parts> {
  const [key, secret] = [await recordOf(keys, call, named), await recordOf(secrets, call, named)]
  assert(key?.value.managed === true && secret?.value.managed === true, 'a certificate without its key or its secret')
  return { key, secret }
}

/** With their certificate into deletion, or back. */
export function stagePartsDeletion(
  { keys, secrets }: Needs<'keys' | 'secrets'>,
  call: Call,
  { key, secret, deleted }: Parts & { readonly deleted: Deletion | undefined },
): void {
  const { deleted: _key, ...liveKey } = key.value
  const { deleted: _secret, ...liveSecret } = secret.value
  keys.update(call, key, { ...liveKey, ...(deleted !== undefined && { deleted }) })
  secrets.update(call, secret, { ...liveSecret, ...(deleted !== undefined && { deleted }) })
}

/** One version's attributes and tags, as the certificate has them from now on. */
export function stagePartsVersion(
  { keys, secrets }: Needs<'keys' | 'secrets'>,
  call: Call,
  { key, secret, like }: Parts & { readonly like: ObjectVersion },
): void {
  const { id, enabled, updatedAt, tags } = like
  const alike = <V extends ObjectVersion>(versions: readonly V[]): V[] =>
    versions.map(version =>
      version.id === id ? { ...version, enabled, updatedAt, ...(tags !== undefined && { tags: { ...tags } }) } : version,
    )
  keys.update(call, key, { ...key.value, versions: alike(key.value.versions) })
  secrets.update(call, secret, { ...secret.value, versions: alike(secret.value.versions) })
}
