import { Problem } from '#model/problem.ts'
import type { Clock } from '#ports/clock.ts'

/** Whoever tries a seal's secret waits for his turn, and after each failure twice as long as before (security-and-reliability.md 2.4). */
export interface SealAttempts {
  /**
   * Runs one try; `undefined` from it is a failure. Raises `SealRefused` for that, and `Throttled`, without having tried, while another try runs
   * or the wait is not over. What `open` throws is no failure of a secret and costs no wait.
   */
  attempt<T>(open: () => Promise<T | undefined>): Promise<T>
  /** Failures since the last success. */
  failures(): number
  /** Whole seconds until the next try is taken, 0 when it is now. */
  waitSeconds(): number
}

const firstWaitMs = 1_000
const longestWaitMs = 60_000

/** Kept in memory alone: whoever can restart the instance can read its envelopes, and tries at home as fast as Argon2id lets him. */
export function createSealAttempts(clock: Clock): SealAttempts {
  const state = { failures: 0, notBefore: 0, running: false }
  const waitSeconds = (): number => Math.max(0, Math.ceil((state.notBefore - clock.monotonic()) / 1_000))
  const failed = (): never => {
    state.failures += 1
    state.notBefore = clock.monotonic() + Math.min(longestWaitMs, firstWaitMs * 2 ** (state.failures - 1))
    throw new Problem({ code: 'SealRefused', details: { retryAfterSeconds: waitSeconds() } })
  }
  return {
    async attempt(open) {
      const wait = waitSeconds()
      if (state.running || wait > 0) throw new Problem({ code: 'Throttled', details: { retryAfterSeconds: Math.max(1, wait) } })
      state.running = true
      try {
        const opened = await open()
        if (opened === undefined) return failed()
        state.failures = 0
        state.notBefore = 0
        return opened
      } finally {
        state.running = false
      }
    },
    failures: () => state.failures,
    waitSeconds,
  }
}
