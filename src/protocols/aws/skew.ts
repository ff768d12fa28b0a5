import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { ShownSignature } from './signature.ts'

const minuteMs = 60_000

const dayMs = 86_400_000

/** `20260102T030405Z`, of which the form was seen, as milliseconds; `undefined` for what is no time. By hand: it is asked for at every request. */
function millisOf(date: string): number | undefined {
  const at = (from: number, to: number): number => Number(date.slice(from, to))
  const [year, month, day] = [at(0, 4), at(4, 6), at(6, 8)]
  const [hour, minute, second] = [at(9, 11), at(11, 13), at(13, 15)]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined
  return daysSinceEpoch(year, month, day) * dayMs + (hour * 3_600 + minute * 60 + second) * 1_000
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const daysIn = (year: number, month: number): number => (month === 2 ? (isLeap(year) ? 29 : 28) : 30 + ((month + (month > 7 ? 1 : 0)) % 2))

/** Of the Gregorian calendar, whose years begin in March here so that the leap day is their last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return fromMarch * 365 + Math.floor(fromMarch / 4) - Math.floor(fromMarch / 100) + Math.floor(fromMarch / 400) + dayOfYear - 719_468
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
