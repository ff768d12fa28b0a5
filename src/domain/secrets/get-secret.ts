import assert from 'node:assert/strict'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { requireDeletedSecret, requireSecret } from './find-secret.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretScope, type SecretName, type SecretReference } from './reference.ts'

/**
 * A live secret in one version with its value, before and after its dates too (key-vault.md 0.14); the call disposes of it.
 * Raises `SecretNotFound`, `SecretDisabled`.
 */
export async function getSecret(
  context: Needs<'secrets' | 'olderSecretVersions' | 'store' | 'ground'>,
  call: Call,
  request: { readonly permit: Permit<'secret.get'>; readonly reference: SecretReference },
): Promise<{ readonly secret: Secret; readonly version: SecretVersion; readonly value: SecretBytes }> {
  const { permit, reference } = request
  assertPermits(permit, secretScope(reference.vault, reference.name))
  const { secret, version } = await requireSecret(context, call, reference)
  if (!version.enabled) throw new Problem({ code: 'SecretDisabled', details: { operation: 'get' } })
  const place = { id: secret.id, version: version.id }
  const material = await context.store.material(place)
  assert(material !== undefined, 'a secret version without material')
  const value = context.ground.barrier.openMaterial(place, material)
  call.defer(value)
  return { secret: secret.value, version, value }
}

/** A live secret's current version without its value, disabled too. Raises `SecretNotFound`. */
export async function describeSecret(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'vault.readSecret'> },
): Promise<Secret> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  return (await requireSecret(context, call, { vault, name, version: 'current' })).secret.value
}

/** A soft-deleted secret, without a value. Raises `DeletedSecretNotFound`. */
export async function getDeletedSecret(
  context: Needs<'secrets'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'secret.readDeleted'> },
): Promise<Secret> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  return (await requireDeletedSecret(context, call, { vault, name })).secret.value
}
