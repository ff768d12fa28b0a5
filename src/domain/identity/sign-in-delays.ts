import { generations } from '#domain/generations.ts'

const freeFailures = 10
const windowMs = 10 * 60_000
const delayMaxMs = 5 * 60_000
/** Pairs of source and principal that are remembered: twice as many at most. */
const remembered = 10_000

interface Record {
  readonly failures: number
  readonly lastAt: number
  readonly blockedUntil: number
}

/** What failed sign-ins cost: ten within ten minutes are free, each further one doubles the wait, to five minutes (security-and-reliability.md 5.5). */
export interface SignInDelays {
  /**
   * Counts an attempt as failed before it is tried, so that many at once cannot overrun the limit (CVE-2024-1722).
   * False while this source must wait for this principal: nobody locks another out.
   */
  begin(source: string, principal: string, now: number): boolean
  /** The attempt was a good one: its source's failures are forgotten. */
  succeeded(source: string, principal: string): void
  /** The attempt was a good one, and takes back itself alone. */
  forgive(source: string, principal: string): void
}

/** `free`: failures that cost nothing. */
export function signInDelays(free = freeFailures): SignInDelays {
  const records = generations<Record>(remembered)
  const keyOf = (source: string, principal: string): string => `${source} ${principal}`
  return {
    begin(source, principal, now) {
      const key = keyOf(source, principal)
      const before = records.get(key)
      if (before !== undefined && now < before.blockedUntil) return false
      const lapsed = before === undefined || now - Math.max(before.lastAt, before.blockedUntil) >= windowMs
      const failures = lapsed ? 1 : before.failures + 1
      const over = failures - free
      const delayMs = over < 0 ? 0 : Math.min(1_000 * 2 ** over, delayMaxMs)
      records.set(key, { failures, lastAt: now, blockedUntil: now + delayMs })
      return true
    },
    succeeded: (source, principal) => records.delete(keyOf(source, principal)),
    forgive(source, principal) {
      const key = keyOf(source, principal)
      const record = records.get(key)
      if (record !== undefined) records.set(key, { ...record, failures: Math.max(0, record.failures - 1), blockedUntil: 0 })
    },
  }
}
