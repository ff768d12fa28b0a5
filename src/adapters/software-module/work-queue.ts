import { Problem } from '#model/problem.ts'

/** Work that occupies a thread of libuv's pool until it settles. */
export interface WorkQueue {
  /** Fair over groups (compartments): each group with waiting work is served in turn. Raises `Busy`. */
  run<T>(group: string, work: () => Promise<T>): Promise<T>
  /** Key generation: seconds long, so behind everything short, and never on the last thread. Raises `Busy`. */
  runLong<T>(work: () => Promise<T>): Promise<T>
}

interface QueueParts {
  /** Threads of the pool: the number of cores (performance.md 5.2). */
  readonly threads: number
  /** Held operations, waiting and running; beyond it the caller is told to come again (performance.md 5.2). */
  readonly heldMax: number
}

/** So many short ones may pass a long one by; then it is its turn, or it would never be under steady load. */
const passedByMax = 64

type Start = () => void

/** A bounded queue before the threads of the crypto pool. */
export function workQueue({ threads, heldMax }: QueueParts): WorkQueue {
  const waiting = waitingRoom(Math.max(1, threads - 1))
  const state = { held: 0, running: 0, runningLong: 0 }

  const pump = (): void => {
    while (state.running < threads) {
      const start = waiting.next(state.runningLong)
      if (start === undefined) return
      start()
    }
  }
  /** Puts the work in line by `enqueue` and settles with it. */
  const submit = async <T>(work: () => Promise<T>, long: 0 | 1, enqueue: (start: Start) => void): Promise<T> => {
    if (state.held >= heldMax) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
    state.held += 1
    const turn = Promise.withResolvers<void>()
    enqueue(() => {
      state.running += 1
      state.runningLong += long
      turn.resolve()
    })
    pump()
    await turn.promise
    try {
      return await work()
    } finally {
      state.held -= 1
      state.running -= 1
      state.runningLong -= long
      pump()
    }
  }
  return {
    run: (group, work) =>
      submit(work, 0, start => {
        waiting.short.put(group, start)
      }),
    runLong: work =>
      submit(work, 1, start => {
        waiting.long.push(start)
      }),
  }
}

/** Who is next: the short ones in turn, a long one when there are none or when it has waited long enough. */
function waitingRoom(longMax: number) {
  const short = fairLine()
  const long: Start[] = []
  let passedBy = 0
  return {
    short,
    long,
    next(runningLong: number): Start | undefined {
      const longMayStart = long.length > 0 && runningLong < longMax
      if (longMayStart && (passedBy >= passedByMax || short.empty())) {
        passedBy = 0
        return long.shift()
      }
      if (longMayStart) passedBy += 1
      return short.take()
    },
  }
}

/** One line per group; `take` goes round: a Map keeps the groups in the order of their next turn. */
function fairLine() {
  const lines = new Map<string, Start[]>()
  return {
    empty: (): boolean => lines.size === 0,
    put(group: string, start: Start): void {
      const line = lines.get(group)
      if (line === undefined) lines.set(group, [start])
      else line.push(start)
    },
    take(): Start | undefined {
      const first = lines.entries().next()
      if (first.done === true) return undefined
      const [group, line] = first.value
      const start = line.shift()
      lines.delete(group)
      if (line.length > 0) lines.set(group, line)
      return start
    },
  }
}
