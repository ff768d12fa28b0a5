import { millis, type Millis } from '#model/brands.ts'
import { moved } from '#domain/keys/durations.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'

/** Whose clock is a little behind takes what was made just now (key-vault.md 4.3). */
const backdateMs = 10 * 60_000
const endOfTime = 253_402_300_799_000

/** From ten minutes ago for so many months from now, by the calendar. */
export function validityFrom(at: Millis, months: number): { readonly notBefore: Millis; readonly notAfter: Millis } {
  const now = wholeSecond(at)
  const end = moved(now, { text: '', months, seconds: 0 }, 1) ?? endOfTime
  return { notBefore: millis(now - backdateMs), notAfter: millis(Math.min(end, endOfTime)) }
}

const meanMonthMs = (365.2425 / 12) * 86_400_000

/** How many months a certificate that was brought is valid, rounded (key-vault.md 4.5). */
export const monthsOf = ({ notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number }): number =>
  Math.max(1, Math.round((notAfter - notBefore) / meanMonthMs))
