import { nextNotice, type NearAt } from '#domain/vault-objects/expiry.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { moved, parseDuration } from './durations.ts'
import type { Key } from './records.ts'

/** When the current version is to be replaced by policy; `undefined` where it is not: no such action, disabled, or before an expiry that it has not. */
export function rotationDueAt(key: Key): number | undefined {
  const rotate = key.rotationPolicy?.lifetimeActions.find(({ action }) => action === 'Rotate')
  const { enabled, createdAt, expires } = currentVersion(key)
  if (rotate === undefined || !enabled || key.deleted !== undefined) return undefined
  const [from, text, direction] =
    rotate.timeAfterCreate === undefined
      ? ([expires, rotate.timeBeforeExpiry, -1] as const)
      : ([createdAt, rotate.timeAfterCreate, 1] as const)
  const duration = text === undefined ? undefined : parseDuration(text)
  return from === undefined || duration === undefined ? undefined : moved(from, duration, direction)
}

const defaultNotify = 'P30D'

/** By the Notify action of its policy, or of the policy that every key has that was given none (key-vault.md 2.9). */
export function nearExpiryOf({ rotationPolicy }: Pick<Key, 'rotationPolicy'>): NearAt {
  const notify = rotationPolicy?.lifetimeActions.find(({ action }) => action === 'Notify')?.timeBeforeExpiry ?? defaultNotify
  const duration = parseDuration(notify)
  return expires => (duration === undefined ? undefined : moved(expires, duration, -1))
}

const earliest = (...times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((one, other) => (one === undefined || (other !== undefined && other < one) ? other : one))

/** The same key with the time at which a scheduler must look at it: every verb that changes a key ends with this. Of a managed one, its certificate is due. */
export function withDueAt(key: Key): Key {
  const { dueAt: _before, ...rest } = key
  const dueAt =
    key.managed === true
      ? undefined
      : (key.deleted?.scheduledPurgeAt ?? earliest(rotationDueAt(key), nextNotice(key, nearExpiryOf(key))?.at))
  return dueAt === undefined ? rest : { ...rest, dueAt }
}
