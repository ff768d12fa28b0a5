import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { currentVersion, type Deletion, type ObjectVersion, type VaultObject } from './object.ts'
import { objectPath, type ObjectName, type ObjectReference } from './reference.ts'

export type HeldObject<T> = Held<T, readonly [name: string]>
export type ObjectRecords<T> = Records<T, readonly [name: string]>

export interface FoundObject<V extends ObjectVersion, T extends VaultObject<V>> {
  readonly held: HeldObject<T>
  readonly version: V
}

/** The record under a name, deleted or not; `undefined` where there is none. */
export const recordOf = <T>(records: ObjectRecords<T>, call: Call, { vault, name }: ObjectName): Promise<HeldObject<T> | undefined> =>
  records.get(call, vault.compartment, objectPath(name))

/** A live object in the version asked for; `undefined` where it, or that version of it, is not there. */
export async function findObject<V extends ObjectVersion, T extends VaultObject<V>>(
  records: ObjectRecords<T>,
  call: Call,
  reference: ObjectReference,
): Promise<FoundObject<V, T> | undefined> {
  return inVersion<V, T>(await recordOf(records, call, reference), reference.version)
}

function inVersion<V extends ObjectVersion, T extends VaultObject<V>>(
  held: HeldObject<T> | undefined,
  id: string,
): FoundObject<V, T> | undefined {
  if (held === undefined || held.value.deleted !== undefined) return undefined
  const version = versionNamed<V>(held.value, id)
  return version === undefined ? undefined : { held, version }
}

/** The version of an id, or the `current` one, as far as the record has it. */
export const versionNamed = <V extends ObjectVersion>(object: VaultObject<V>, id: string): V | undefined =>
  id === 'current' ? currentVersion(object) : object.versions.find(one => one.id === id)

/** The same where it must be there: raises `absence`. */
export async function requireObject<V extends ObjectVersion, T extends VaultObject<V>>(
  records: ObjectRecords<T>,
  call: Call,
  asked: { readonly reference: ObjectReference; readonly absence: 'KeyNotFound' | 'SecretNotFound' },
): Promise<FoundObject<V, T>> {
  const { reference, absence } = asked
  const found = inVersion<V, T>(await recordOf(records, call, reference), reference.version)
  if (found !== undefined) return found
  const { name, version } = reference
  throw new Problem({ code: absence, details: { name, ...(version !== 'current' && { version }) } })
}

/** A soft-deleted object that is not its certificate's: raises `absence`. */
export async function requireDeletedObject<T extends VaultObject>(
  records: ObjectRecords<T>,
  call: Call,
  asked: { readonly named: ObjectName; readonly absence: 'DeletedKeyNotFound' | 'DeletedSecretNotFound' },
): Promise<{ readonly held: HeldObject<T>; readonly deleted: Deletion }> {
  const { named, absence } = asked
  const held = await recordOf(records, call, named)
  const deleted = held?.value.deleted
  if (held === undefined || deleted === undefined || held.value.managed === true)
    throw new Problem({ code: absence, details: { name: named.name } })
  return { held, deleted }
}
