import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import { listObjects, type Listed } from '#domain/vault-objects/list-objects.ts'
import type { ObjectState } from '#domain/vault-objects/object.ts'
import { secretRecord } from './find-secret.ts'
import { pageOfSecretVersions } from './older-versions.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretScope, type SecretName } from './reference.ts'

/** The live secrets of a vault, or its deleted ones; without values. */
export async function listSecrets(
  context: Needs<'secrets'>,
  call: Call,
  request: Page & {
    readonly permit: Permit<'secret.list'> | Permit<'secret.listDeleted'> | Permit<'vault.readSecret'>
    readonly vault: Vault
    readonly state: ObjectState
  },
): Promise<Listed<Secret>> {
  assertPermits(request.permit, request.vault.scope)
  return listObjects(context.secrets, call, request)
}

/**
 * The versions of a secret in the order of making; none of a name that is not there, as the service answers.
 * Raises `SecretNotFound` for a deleted secret.
 */
export async function listSecretVersions(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  request: SecretName & Page & { readonly permit: Permit<'secret.list'> },
): Promise<Listed<{ readonly secret: Secret; readonly version: SecretVersion }>> {
  const { permit, vault, name, ...page } = request
  assertPermits(permit, secretScope(vault, name))
  const found = await secretRecord(context, call, { vault, name })
  if (found === undefined) return { items: [] }
  const secret = found.value
  if (secret.deleted !== undefined) throw new Problem({ code: 'SecretNotFound', details: { name } })
  const listed = await pageOfSecretVersions(context, call, { ...page, secret: found })
  return { ...listed, items: listed.items.map(version => ({ secret, version })) }
}
