import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyPath, type KeyName, type KeyReference } from './reference.ts'

export type HeldKey = Held<Key, readonly [name: string]>

export interface FoundKey {
  readonly key: HeldKey
  readonly version: KeyVersion
}

/** The record under a name, deleted or not; `undefined` where there is none. */
export async function keyRecord({ keys }: Needs<'keys'>, call: Call, { vault, name }: KeyName): Promise<HeldKey | undefined> {
  return keys.get(call, vault.compartment, keyPath(name))
}

/** The newest version by order of making. */
export function currentVersion(key: Key): KeyVersion {
  const last = key.versions.at(-1)
  if (last === undefined) throw new Error('a key without versions')
  return last
}

/** A live key in the version asked for; `undefined` where the key, or that version of it, is not there. */
export async function findKey(context: Needs<'keys'>, call: Call, reference: KeyReference): Promise<FoundKey | undefined> {
  const key = await keyRecord(context, call, reference)
  if (key === undefined || key.value.deleted !== undefined) return undefined
  const version = reference.version === 'current' ? currentVersion(key.value) : key.value.versions.find(one => one.id === reference.version)
  return version === undefined ? undefined : { key, version }
}

/** The same where it must be there: raises `KeyNotFound`. */
export async function requireKey(context: Needs<'keys'>, call: Call, reference: KeyReference): Promise<FoundKey> {
  const found = await findKey(context, call, reference)
  if (found !== undefined) return found
  const { name, version } = reference
  throw new Problem({ code: 'KeyNotFound', details: { name, ...(version !== 'current' && { version }) } })
}

/** A soft-deleted key: raises `DeletedKeyNotFound`. */
export async function requireDeletedKey(
  context: Needs<'keys'>,
  call: Call,
  named: KeyName,
): Promise<{ readonly key: HeldKey; readonly deleted: NonNullable<Key['deleted']> }> {
  const key = await keyRecord(context, call, named)
  const deleted = key?.value.deleted
  if (key === undefined || deleted === undefined) throw new Problem({ code: 'DeletedKeyNotFound', details: { name: named.name } })
  return { key, deleted }
}
