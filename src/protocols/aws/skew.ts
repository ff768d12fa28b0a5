import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { ShownSignature } from './signature.ts'

const minuteMs = 60_000

/** `20260102T030405Z` as milliseconds; `undefined` for what is no time. */
function millisOf(date: string): number | undefined {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  try {
    return Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).epochMilliseconds
  } catch {
    return undefined
  }
}

const basic = (time: number): string =>
  Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')

/** Clocks may differ by so much; presigned requests are good from their date on. Raises `SignatureStale`, `SignatureIncomplete`. */
export function assertCurrent(
  shown: Pick<ShownSignature, 'date' | 'expiresSeconds'>,
  { now, skewMinutes }: { readonly now: Millis; readonly skewMinutes: number },
): void {
  const { date, expiresSeconds } = shown
  const signed = millisOf(date)
  if (signed === undefined)
    throw new Problem({ code: 'SignatureIncomplete', details: { message: `Date must be in ISO-8601 'basic format'. Got '${date}'.` } })
  const skew = skewMinutes * minuteMs
  const presigned = expiresSeconds === undefined ? {} : ({ presigned: true } as const)
  const stale = (message: string): Problem => new Problem({ code: 'SignatureStale', details: { message, ...presigned } })
  if (signed > now + skew)
    throw stale(`Signature not yet current: ${date} is still later than ${basic(now + skew)} (${basic(now)} + ${skewMinutes} min.)`)
  const until = expiresSeconds === undefined ? now - skew : now - expiresSeconds * 1000
  if (signed < until)
    throw stale(
      `Signature expired: ${date} is now earlier than ${basic(until)} (${basic(now)} - ${expiresSeconds === undefined ? `${skewMinutes} min.` : `${expiresSeconds} s.`})`,
    )
}
