import type { Clock } from '#ports/clock.ts'

export interface Stoppable {
  stop(): Promise<void>
}

const everyMs = 60_000

/** Writes once a minute what was noted in memory meanwhile; `stop` writes the rest. */
export function byTheMinute(clock: Clock, write: () => Promise<void>): Stoppable {
  let running: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  const next = (): void => {
    cancel = clock.after(everyMs, () => {
      running = write()
      next()
    })
  }
  next()
  return {
    async stop() {
      cancel()
      await running
      await write()
    },
  }
}
