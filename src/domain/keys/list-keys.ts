import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import { listObjects, pageOfVersions, type Listed } from '#domain/vault-objects/list-objects.ts'
import type { ObjectState } from '#domain/vault-objects/object.ts'
import { keyRecord } from './find-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

/** The live keys of a vault, or its deleted ones. */
export async function listKeys(
  context: Needs<'keys'>,
  call: Call,
  request: Page & {
    readonly permit: Permit<'key.list'> | Permit<'key.listDeleted'> | Permit<'vault.readKey'>
    readonly vault: Vault
    readonly state: ObjectState
  },
): Promise<Listed<Key>> {
  assertPermits(request.permit, request.vault.scope)
  return listObjects(context.keys, call, request)
}

/**
 * The versions of a key in the order of making; none of a name that is not there, as the service answers.
 * Raises `KeyNotFound` for a deleted key.
 */
export async function listVersions(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & Page & { readonly permit: Permit<'key.list'> | Permit<'vault.readKeyVersion'> },
): Promise<Listed<{ readonly key: Key; readonly version: KeyVersion }>> {
  const { permit, vault, name, ...page } = request
  assertPermits(permit, keyScope(vault, name))
  const found = await keyRecord(context, call, { vault, name })
  if (found === undefined) return { items: [] }
  const key = found.value
  if (key.deleted !== undefined) throw new Problem({ code: 'KeyNotFound', details: { name } })
  const listed = pageOfVersions(key.versions, page)
  return { ...listed, items: listed.items.map(version => ({ key, version })) }
}
