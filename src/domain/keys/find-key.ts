import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import {
  findObject,
  recordOf,
  requireDeletedObject,
  requireObject,
  type FoundObject,
  type HeldObject,
} from '#domain/vault-objects/find-object.ts'
import type { Deletion } from '#domain/vault-objects/object.ts'
import type { Key, KeyVersion } from './records.ts'
import type { KeyName, KeyReference } from './reference.ts'

export type HeldKey = HeldObject<Key>

export interface FoundKey {
  readonly key: HeldKey
  readonly version: KeyVersion
}

const asKey = ({ held, version }: FoundObject<KeyVersion, Key>): FoundKey => ({ key: held, version })

/** The record under a name, deleted or not; `undefined` where there is none. */
export const keyRecord = async ({ keys }: Needs<'keys'>, call: Call, named: KeyName): Promise<HeldKey | undefined> =>
  recordOf(keys, call, named)

/** A live key in the version asked for; `undefined` where the key, or that version of it, is not there. */
export async function findKey({ keys }: Needs<'keys'>, call: Call, reference: KeyReference): Promise<FoundKey | undefined> {
  const found = await findObject<KeyVersion, Key>(keys, call, reference)
  return found === undefined ? undefined : asKey(found)
}

/** The same where it must be there: raises `KeyNotFound`. */
export const requireKey = async ({ keys }: Needs<'keys'>, call: Call, reference: KeyReference): Promise<FoundKey> =>
  asKey(await requireObject<KeyVersion, Key>(keys, call, { reference, absence: 'KeyNotFound' }))

/** A soft-deleted key: raises `DeletedKeyNotFound`. */
export async function requireDeletedKey(
  { keys }: Needs<'keys'>,
  call: Call,
  named: KeyName,
): Promise<{ readonly key: HeldKey; readonly deleted: Deletion }> {
  const { held, deleted } = await requireDeletedObject(keys, call, { named, absence: 'DeletedKeyNotFound' })
  return { key: held, deleted }
}
