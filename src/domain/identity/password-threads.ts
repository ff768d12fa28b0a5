import { Problem } from '#model/problem.ts'

/** security-and-reliability.md 5.5: a flood of sign-ins must not take the machine's memory and its threads. */
const atOnce = 2
/** Who waits behind them is answered within the request's deadline. */
const waitingMax = 32

/** Passwords are stretched two at a time; a request more than can wait is told to come again. */
export interface PasswordThreads {
  /** Raises `Busy`. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export function passwordThreads(): PasswordThreads {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(work) {
      if (running >= atOnce) {
        if (waiting.length >= waitingMax) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 2 } })
        const turn = Promise.withResolvers<void>()
        waiting.push(turn.resolve)
        await turn.promise
      } else running += 1
      try {
        return await work()
      } finally {
        // The place goes to whoever waits; nobody overtakes.
        const next = waiting.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
  }
}
