import type { Millis } from '#model/brands.ts'

export interface Clock {
  now(): Millis
  /** Milliseconds that only grow: durations and deadlines. */
  monotonic(): number
  /** Calls back after a while; the returned function takes it back. */
  after(delayMs: number, run: () => void): () => void
}
