import { assertQuota } from './quotas.ts'
import { existing, invalidInput, type Entity, type EntityType, type Named, type Tagged } from './entities.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'

export interface Tag {
  readonly key: string
  readonly value: string
}
export type Tags = Tagged['tags']

/** Keys of these are the same in any case; of the others they are not (IAM User Guide, "Tagging IAM resources"). */
const caseless: ReadonlySet<EntityType | 'identityProvider'> = new Set(['user', 'role'])

const sameKey = (type: EntityType | 'identityProvider'): ((key: string) => string) =>
  caseless.has(type) ? key => key.toLowerCase() : key => key

/** Tags with those given over them. Raises `InputInvalid` for a key twice or a reserved one, `LimitExceeded` for more than 50. */
export function withTags(type: EntityType | 'identityProvider', tags: Tags, given: readonly Tag[]): Tags {
  const same = sameKey(type)
  const keys = new Set(given.map(({ key }) => same(key)))
  if (keys.size < given.length) throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  for (const { key } of given) assertTagKey(key)
  const kept = Object.entries(tags).filter(([key]) => !keys.has(same(key)))
  assertQuota('TagsPerEntity', kept.length + given.length)
  return Object.fromEntries([...kept, ...given.map(({ key, value }): [string, string] => [key, value])])
}

function assertTagKey(key: string): void {
  // The second is no key of a record that a schema would keep.
  if (key.toLowerCase().startsWith('aws:') || key === '__proto__')
    throw invalidInput('Tag keys starting with aws: are reserved for system use.')
}

export function withoutTags(type: EntityType | 'identityProvider', tags: Tags, keys: readonly string[]): Tags {
  const same = sameKey(type)
  const gone = new Set(keys.map(same))
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(same(key))))
}

/** Raises as `withTags`, and `EntityNotFound`. */
export function tagEntity<T extends Entity & Tagged>(
  call: Call,
  request: { readonly permit: Permit<Permission>; readonly of: Named<T>; readonly tags: readonly Tag[] },
): void {
  const { permit, of, tags } = request
  const held = existing(permit, of)
  of.records.update(call, held, { ...held.value, tags: withTags(of.type, held.value.tags, tags) })
}

/** Keys that are not there are no fault. */
export function untagEntity<T extends Entity & Tagged>(
  call: Call,
  request: { readonly permit: Permit<Permission>; readonly of: Named<T>; readonly keys: readonly string[] },
): void {
  const { permit, of, keys } = request
  const held = existing(permit, of)
  of.records.update(call, held, { ...held.value, tags: withoutTags(of.type, held.value.tags, keys) })
}
