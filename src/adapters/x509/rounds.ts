import { Refused } from './refused.ts'

/** A whole container may cost so many, however many keys are derived for it. Firefox writes 600,000 for each of three. */
const roundsMax = 2_000_000

/** What of them one container has left. */
export interface Rounds {
  /** Takes so many away. Raises `Refused`. */
  take(iterations: number): void
}

/** A file says how many rounds its keys take, and whoever opens it pays: beyond the limit it is an attack. */
export function roundsOfContainer(most = roundsMax): Rounds {
  let left = most
  return {
    take(iterations) {
      if (!Number.isSafeInteger(iterations) || iterations < 1 || iterations > left)
        throw new Refused(`its keys are derived with more than ${most} rounds`)
      left -= iterations
    },
  }
}
