const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => number.toString().padStart(2, '0')

/** RFC 9110 5.6.7. */
export function httpDate(at: number): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC')
  const date = `${days[time.dayOfWeek - 1] ?? ''}, ${two(time.day)} ${months[time.month - 1] ?? ''} ${time.year}`
  return `${date} ${two(time.hour)}:${two(time.minute)}:${two(time.second)} GMT`
}

const imfFixdate = /^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/
const isoDate = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** Seconds since the epoch, of the preferred form or of ISO 8601; `undefined` for what is no date. */
export function secondsOfDate(text: string): number | undefined {
  const { day, month = '', year, time } = imfFixdate.exec(text)?.groups ?? {}
  const iso = year === undefined ? (isoDate.test(text) ? text : '') : `${year}-${two(months.indexOf(month) + 1)}-${day}T${time}Z`
  try {
    return Math.floor(Temporal.Instant.from(iso).epochMilliseconds / 1_000)
  } catch {
    return undefined
  }
}
