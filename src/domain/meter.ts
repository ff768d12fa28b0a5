/** What came of a request, as a graph tells it apart: never of whom or of what. */
export type MeteredOutcome = 'ok' | 'denied' | 'client_error' | 'server_error' | 'throttled'

export interface Answered {
  readonly plane: string
  readonly operation: string
  readonly status: number
  readonly durationMs: number
}

/** Counts of one operation since the process began. */
export interface MeteredOperation {
  readonly plane: string
  readonly operation: string
  readonly outcomes: ReadonlyMap<MeteredOutcome, number>
  /** How many took at most so long, by `bucketsMs` and one beyond. */
  readonly buckets: readonly number[]
  readonly sumMs: number
}

/** Counts what was answered; its size is that of the wires, not of their use: what no wire names is `Unknown`. */
export interface Meter {
  answered(one: Answered): void
  read(): readonly MeteredOperation[]
}

/** Upper ends in milliseconds: from what a cached read takes to what a deadline allows. */
export const bucketsMs: readonly number[] = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000]

interface Counted {
  readonly plane: string
  readonly operation: string
  readonly outcomes: Map<MeteredOutcome, number>
  readonly buckets: number[]
  sumMs: number
}

export function createMeter(): Meter {
  const planes = new Map<string, Map<string, Counted>>()
  const countedOf = (plane: string, operation: string): Counted =>
    planes
      .getOrInsertComputed(plane, () => new Map<string, Counted>())
      .getOrInsertComputed(operation, () => ({
        plane,
        operation,
        outcomes: new Map(),
        buckets: Array.from({ length: bucketsMs.length + 1 }, () => 0),
        sumMs: 0,
      }))
  return {
    answered({ plane, operation, status, durationMs }) {
      const counted = countedOf(plane, operation)
      const outcome = outcomeOfStatus(status)
      counted.outcomes.set(outcome, (counted.outcomes.get(outcome) ?? 0) + 1)
      const found = bucketsMs.findIndex(end => durationMs <= end)
      const at = found === -1 ? bucketsMs.length : found
      counted.buckets[at] = (counted.buckets[at] ?? 0) + 1
      counted.sumMs += durationMs
    },
    read: () => [...planes.values()].flatMap(operations => operations.values().toArray()),
  }
}

function outcomeOfStatus(status: number): MeteredOutcome {
  if (status < 400) return 'ok'
  if (status === 401 || status === 403) return 'denied'
  if (status === 429) return 'throttled'
  return status < 500 ? 'client_error' : 'server_error'
}
