import type { Preconditions } from '#domain/objects/preconditions.ts'
import { secondsOfDate } from '#protocols/http/http-date.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { notImplemented } from './refusals.ts'

/** ETags without quotes and without the mark of weak ones. */
export const etagsIn = (text: string | undefined): readonly string[] | undefined =>
  text?.split(',').map(one =>
    one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  )

const secondsIn = (text: string | undefined): number | undefined => (text === undefined ? undefined : secondsOfDate(text))

/** RFC 9110 13.1; a date that is none is as good as absent. `prefix`: of a copy's source. */
export const readConditions = (request: WireRequest, prefix = ''): Preconditions => ({
  ifMatch: etagsIn(request.header(`${prefix}if-match`)),
  ifNoneMatch: etagsIn(request.header(`${prefix}if-none-match`)),
  ifModifiedSince: secondsIn(request.header(`${prefix}if-modified-since`)),
  ifUnmodifiedSince: secondsIn(request.header(`${prefix}if-unmodified-since`)),
})

/** Of who writes: `If-Match` names an ETag, `If-None-Match` is `*` alone. Raises `StorageRefused`. */
export function writeConditions(request: WireRequest): Preconditions {
  const [ifMatch, ifNoneMatch] = [etagsIn(request.header('if-match')), etagsIn(request.header('if-none-match'))]
  if (ifNoneMatch !== undefined && (ifNoneMatch.length !== 1 || ifNoneMatch[0] !== '*' || ifMatch !== undefined)) throw notImplemented()
  return { ifMatch, ifNoneMatch }
}
