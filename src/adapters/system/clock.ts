import { type Millis, millis } from '#model/brands.ts'
import type { Clock } from '#ports/clock.ts'

/** The machine's clocks. A pending callback does not keep the process alive: listeners do. */
export const systemClock: Clock = {
  now: () => millis(Date.now()),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs).unref()
    return () => clearTimeout(timer)
  },
}

/** For vendors that take a Date. */
export const dateOf = (at: Millis): Date => new Date(at)
