import { Problem } from '#model/problem.ts'

/** Who waits behind the one that runs is answered within the request's deadline. */
const waitingMax = 8

/** Dear work one at a time: a flood of it takes turns with everybody else, instead of their place. Raises `Busy` where too many wait. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let under = 0
  return async work => {
    if (under > waitingMax) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
    under += 1
    const own = last.then(work, work)
    last = own
    try {
      return await own
    } finally {
      under -= 1
    }
  }
}
