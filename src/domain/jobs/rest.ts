/** What was looked at in vain, or failed, is left alone for so long. */
const restMs = 30_000

/** What the scheduler leaves alone for a while: kept in memory, for a restart may look again. */
export interface Rest {
  rests(id: string): boolean
  lay(id: string, forMs?: number): void
  /** One more bug in this job; answers how many in a row. */
  bugs(id: string): number
  clear(id: string): void
  /** How many rest now: rows of a page that may be passed over. */
  size(): number
}

/** `now`: monotonic milliseconds. */
export function createRest(now: () => number): Rest {
  const until = new Map<string, number>()
  const bugs = new Map<string, number>()
  return {
    rests(id) {
      const end = until.get(id)
      if (end === undefined) return false
      if (now() < end) return true
      until.delete(id)
      return false
    },
    lay: (id, forMs = restMs) => void until.set(id, now() + forMs),
    bugs(id) {
      const count = (bugs.get(id) ?? 0) + 1
      bugs.set(id, count)
      return count
    },
    clear: id => void bugs.delete(id),
    size() {
      for (const [id, end] of until) if (now() >= end) until.delete(id)
      return until.size
    },
  }
}
