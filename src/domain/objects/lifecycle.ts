// When a bucket's rules end what is in it (S3 User Guide, "Managing the lifecycle of objects"): what a rule is for, and from when on.
import type { Bucket, ObjectVersion, Upload } from './records.ts'

export type LifecycleRule = NonNullable<Bucket['lifecycle']>[number]

/** Objects that one commit looks at. */
export const namesAtOnce = 200

const dayMs = 86_400_000

/** The midnight (UTC) after so many days. */
export const dueAfter = (from: number, days: number): number => (Math.floor((from + days * dayMs) / dayMs) + 1) * dayMs

export const rulesInForce = ({ lifecycle = [] }: Bucket): readonly LifecycleRule[] => lifecycle.filter(({ enabled }) => enabled)

const isNarrowed = ({ tags, largerThan, smallerThan }: LifecycleRule): boolean =>
  tags.length > 0 || largerThan !== undefined || smallerThan !== undefined

/** Of a marker nothing is known but its name. */
export function isFor(rule: LifecycleRule, { key, marker, size, tags }: ObjectVersion): boolean {
  if (!key.startsWith(rule.prefix ?? '')) return false
  if (marker) return !isNarrowed(rule)
  return (
    rule.tags.every(one => tags.some(own => own.key === one.key && own.value === one.value)) &&
    size > (rule.largerThan ?? -1) &&
    size < (rule.smallerThan ?? Number.POSITIVE_INFINITY)
  )
}

/** When a rule ends the newest version of an object; `undefined`: never. */
export function expiryOf({ expiration }: LifecycleRule, { at }: Pick<ObjectVersion, 'at'>): number | undefined {
  if (expiration?.days !== undefined) return dueAfter(at, expiration.days)
  return expiration?.date
}

/** The first end of the newest version of an object that is foreseen, and by which rule. */
export function foreseenEnd(bucket: Bucket, version: ObjectVersion): { readonly at: number; readonly ruleId: string } | undefined {
  const ends = rulesInForce(bucket).flatMap(rule => {
    const at = isFor(rule, version) ? expiryOf(rule, version) : undefined
    return at === undefined ? [] : [{ at, ruleId: rule.id }]
  })
  return version.marker ? undefined : ends.toSorted((one, other) => one.at - other.at)[0]
}

/** The first moment at which a rule aborts an upload, and which does; `undefined`: none. */
export function foreseenAbort(
  bucket: Bucket,
  { key, at }: Pick<Upload, 'key' | 'at'>,
): { readonly at: number; readonly ruleId: string } | undefined {
  const aborts = rulesInForce(bucket).flatMap(({ id, abortDays, prefix = '' }) =>
    abortDays === undefined || !key.startsWith(prefix) ? [] : [{ at: dueAfter(at, abortDays), ruleId: id }],
  )
  return aborts.toSorted((one, other) => one.at - other.at)[0]
}

/** A marker that nothing is behind: whoever asked for it to go, or lets all go that is so old. */
export function endsMarker({ expiration }: LifecycleRule, { at }: Pick<ObjectVersion, 'at'>, now: number): boolean {
  return expiration?.deletedMarkers === true || (expiration?.days !== undefined && dueAfter(at, expiration.days) <= now)
}
