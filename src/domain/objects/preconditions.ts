import { Problem } from '#model/problem.ts'
import type { ObjectVersion } from './records.ts'

/** What a request asks of what is there (RFC 9110 13.1). ETags without quotes; `*`: any. Times in seconds since the epoch: the header has no more. */
export interface Preconditions {
  readonly ifMatch?: readonly string[] | undefined
  readonly ifNoneMatch?: readonly string[] | undefined
  readonly ifModifiedSince?: number | undefined
  readonly ifUnmodifiedSince?: number | undefined
}

const secondsOf = ({ at }: ObjectVersion): number => Math.floor(at / 1_000)
const names = (etags: readonly string[], { etag }: ObjectVersion): boolean => etags.includes('*') || etags.includes(etag)

/** `failed`: 412. `unchanged`: 304 to who reads, 412 to who writes. */
export type Judged = 'met' | 'failed' | 'unchanged'

/** In the order of RFC 9110 13.2.2: a date counts only where its ETag does not speak. A marker is nothing. */
export function judge(version: ObjectVersion | undefined, conditions: Preconditions): Judged {
  const there = version?.marker === true ? undefined : version
  if (isOther(there, conditions)) return 'failed'
  return there !== undefined && isUnchanged(there, conditions) ? 'unchanged' : 'met'
}

function isOther(there: ObjectVersion | undefined, { ifMatch, ifUnmodifiedSince }: Preconditions): boolean {
  if (ifMatch !== undefined) return there === undefined || !names(ifMatch, there)
  return ifUnmodifiedSince !== undefined && there !== undefined && secondsOf(there) > ifUnmodifiedSince
}

function isUnchanged(there: ObjectVersion, { ifNoneMatch, ifModifiedSince }: Preconditions): boolean {
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, there)
  return ifModifiedSince !== undefined && secondsOf(there) <= ifModifiedSince
}

/**
 * For who writes over what is there: where an ETag is named and nothing is, it is that which is told (S3 User Guide, "Add preconditions with
 * conditional writes"). Raises `PreconditionFailed`, `ObjectNotFound`.
 */
export function refuseToWriteUnlessMet(key: string, version: ObjectVersion | undefined, conditions: Preconditions): void {
  if (conditions.ifMatch !== undefined && (version === undefined || version.marker))
    throw new Problem({ code: 'ObjectNotFound', details: { key } })
  refuseUnlessMet(version, conditions)
}

/** For who deletes. Raises `PreconditionFailed`. */
export function refuseUnlessMet(version: ObjectVersion | undefined, conditions: Preconditions): void {
  if (judge(version, conditions) !== 'met') throw new Problem({ code: 'PreconditionFailed' })
}
