const grammar = /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/

/** What each group of the grammar counts for. */
const inMonths = [12, 1]
const inSeconds = [0, 0, 7 * 86_400, 86_400, 3_600, 60, 1]

/** An ISO 8601 duration of whole parts, not zero (key-vault.md 2.9). */
export interface Duration {
  readonly text: string
  /** The calendar's part, which has no length of its own. */
  readonly months: number
  /** The clock's part: a day is 86,400 seconds. */
  readonly seconds: number
}

/** `undefined` for what is no such duration, or is zero. */
export function parseDuration(text: string): Duration | undefined {
  const parts = grammar.exec(text)
  if (parts === null || text.endsWith('T')) return undefined
  const counts = parts.slice(1).map((part: string | undefined) => Number(part ?? 0))
  const total = (units: readonly number[]): number => units.reduce((sum, unit, place) => sum + unit * (counts[place] ?? 0), 0)
  const duration = { text, months: total(inMonths), seconds: total(inSeconds) }
  return duration.months + duration.seconds > 0 ? duration : undefined
}

/** For rules about lengths: a month counts as 30 days, whatever month it is. */
export const nominalDays = ({ months, seconds }: Duration): number => months * 30 + seconds / 86_400

/** Milliseconds of `at` moved by the duration: months by the calendar in UTC, clamped to the last day of a month; the rest by the clock. `undefined` beyond what a clock can say. */
export function moved(at: number, { months, seconds }: Duration, direction: 1 | -1): number | undefined {
  try {
    const begin = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC')
    const end = begin.add({ months: months * direction }).add({ seconds: seconds * direction })
    return end.epochMilliseconds
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
