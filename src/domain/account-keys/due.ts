import { millis, type Millis } from '#model/brands.ts'
import type { AccountKey } from './records.ts'

export const dayMs = 24 * 60 * 60 * 1000

/** When new material is to be made by itself: not of a key that is disabled or waits for its end, whose turn comes when it is back. */
export const rotationDueAt = ({ rotation, enabled, deletion }: AccountKey): Millis | undefined =>
  rotation === undefined || !enabled || deletion !== undefined ? undefined : millis(rotation.nextAt)

/** When the first imported material runs out; a key that waits for its end still loses it. */
export function expiryDueAt({ materials }: AccountKey): Millis | undefined {
  const ends = materials.flatMap(({ imported }) => (imported?.present === true && imported.validTo !== undefined ? [imported.validTo] : []))
  return ends.length === 0 ? undefined : millis(Math.min(...ends))
}

/** The same key with the time at which a scheduler must look at it: every verb that changes a key ends with this. */
export function withDueAt(key: AccountKey): AccountKey {
  const { dueAt: _before, ...rest } = key
  const times = [key.deletion?.at, rotationDueAt(key), expiryDueAt(key)].filter(time => time !== undefined)
  return times.length === 0 ? rest : { ...rest, dueAt: Math.min(...times) }
}
