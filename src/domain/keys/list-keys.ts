import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import { keyRecord } from './find-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

/** Some of a list in the order of making, and where the next page begins; `next` is absent at the end. */
export interface Listed<T> {
  readonly items: readonly T[]
  readonly next?: number
}

/** The live keys of a vault, or its deleted ones: by `ord`, which names cannot be read from (key-vault.md 1.7). */
export async function listKeys(
  context: Needs<'keys'>,
  call: Call,
  request: Page & {
    readonly permit: Permit<'key.list'> | Permit<'key.listDeleted'> | Permit<'vault.readKey'>
    readonly vault: Vault
    readonly state: 'live' | 'deleted'
  },
): Promise<Listed<Key>> {
  const { permit, vault, state, after, limit } = request
  assertPermits(permit, vault.scope)
  const rows = await context.keys.listTagged(call, vault.compartment, { tag: ['state', state], after, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(row => row.value), ...(rows.length > limit && last !== undefined && { next: last.ord }) }
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
  const { permit, vault, name, after, limit } = request
  assertPermits(permit, keyScope(vault, name))
  const found = await keyRecord(context, call, { vault, name })
  if (found === undefined) return { items: [] }
  const key = found.value
  if (key.deleted !== undefined) throw new Problem({ code: 'KeyNotFound', details: { name } })
  const end = after + limit
  const items = key.versions.slice(after, end).map(version => ({ key, version }))
  return { items, ...(end < key.versions.length && { next: end }) }
}
