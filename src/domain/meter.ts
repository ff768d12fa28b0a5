/** What came of a request, as a graph tells it apart: never of whom or of what. */
export type MeteredOutcome = 'ok' | 'denied' | 'client_error' | 'server_error' | 'throttled'

export interface Answered {
  readonly plane: string
  readonly operation: string
  readonly status: number
  readonly durationMs: number
  /** What a rule book said; absent where none was asked. */
  readonly allowed?: boolean
}

/** One commit to the store: entries of the audit and changes alike. */
export interface CommitMade {
  readonly rows: number
  /** Its ground had moved: nothing was written. */
  readonly conflict: boolean
  readonly durationMs: number
}

/** One operation of a crypto module, whatever came of it. Names are those of tables, never of a key. */
export interface Worked {
  readonly module: string
  readonly algorithm: string
  readonly verb: string
  readonly durationMs: number
}

/** How long things took. */
export interface Timing {
  /** How many took at most so long, by `bucketsMs` and one beyond. */
  readonly buckets: readonly number[]
  readonly sumMs: number
}

/** Counts of one operation since the process began. */
export interface MeteredOperation extends Timing {
  readonly plane: string
  readonly operation: string
  readonly outcomes: ReadonlyMap<MeteredOutcome, number>
}

export interface MeteredDecisions {
  readonly plane: string
  readonly allowed: number
  readonly denied: number
}

export interface MeteredCommits extends Timing {
  readonly rows: number
  readonly conflicts: number
}

export interface MeteredWork extends Timing, Omit<Worked, 'durationMs'> {}

/** Counts what was done; its size is that of the wires and of the tables of algorithms, not of their use: what no wire names is `Unknown`. */
export interface Meter {
  answered(one: Answered): void
  committed(one: CommitMade): void
  worked(one: Worked): void
  read(): readonly MeteredOperation[]
  readDecisions(): readonly MeteredDecisions[]
  readCommits(): MeteredCommits
  readWork(): readonly MeteredWork[]
}

/** Upper ends in milliseconds: from what a cached read takes to what a deadline allows. */
export const bucketsMs: readonly number[] = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000]

interface Taking extends Timing {
  readonly buckets: number[]
  sumMs: number
}

const taking = (): Taking => ({ buckets: Array.from({ length: bucketsMs.length + 1 }, () => 0), sumMs: 0 })

function take(timing: Taking, durationMs: number): void {
  const found = bucketsMs.findIndex(end => durationMs <= end)
  const at = found === -1 ? bucketsMs.length : found
  timing.buckets[at] = (timing.buckets[at] ?? 0) + 1
  timing.sumMs += durationMs
}

interface Counted extends Taking {
  readonly plane: string
  readonly operation: string
  readonly outcomes: Map<MeteredOutcome, number>
}

export function createMeter(): Meter {
  const planes = new Map<string, Map<string, Counted>>()
  const decisions = new Map<string, { readonly plane: string; allowed: number; denied: number }>()
  const commits = { ...taking(), rows: 0, conflicts: 0 }
  const work = new Map<string, Map<string, Taking & Omit<Worked, 'durationMs'>>>()
  const countedOf = (plane: string, operation: string): Counted =>
    planes
      .getOrInsertComputed(plane, () => new Map<string, Counted>())
      .getOrInsertComputed(operation, () => ({ plane, operation, outcomes: new Map(), ...taking() }))
  return {
    answered({ plane, operation, status, durationMs, allowed }) {
      const counted = countedOf(plane, operation)
      const outcome = outcomeOfStatus(status)
      counted.outcomes.set(outcome, (counted.outcomes.get(outcome) ?? 0) + 1)
      take(counted, durationMs)
      if (allowed === undefined) return
      decisions.getOrInsertComputed(plane, () => ({ plane, allowed: 0, denied: 0 }))[allowed ? 'allowed' : 'denied'] += 1
    },
    committed({ rows, conflict, durationMs }) {
      take(commits, durationMs)
      if (conflict) commits.conflicts += 1
      else commits.rows += rows
    },
    worked({ module, algorithm, verb, durationMs }) {
      const ofModule = work.getOrInsertComputed(module, () => new Map<string, Taking & Omit<Worked, 'durationMs'>>())
      take(
        ofModule.getOrInsertComputed(`${algorithm} ${verb}`, () => ({ module, algorithm, verb, ...taking() })),
        durationMs,
      )
    },
    read: () => [...planes.values()].flatMap(operations => operations.values().toArray()),
    readDecisions: () => [...decisions.values()],
    readCommits: () => commits,
    readWork: () => [...work.values()].flatMap(algorithms => algorithms.values().toArray()),
  }
}

function outcomeOfStatus(status: number): MeteredOutcome {
  if (status < 400) return 'ok'
  if (status === 401 || status === 403) return 'denied'
  if (status === 429) return 'throttled'
  return status < 500 ? 'client_error' : 'server_error'
}
