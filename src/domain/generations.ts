/** Bounded without bookkeeping of use: what was not asked for during a whole generation is gone with it (performance.md 4). */
export interface Generations<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  /** Drops those whose key the predicate names. */
  drop(which: (key: string) => boolean): void
}

/** Two maps of `perGeneration` entries each: found in the old one means promoted; a full young one becomes the old one. */
export function generations<V>(perGeneration: number): Generations<V> {
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  const set = (key: string, value: V): void => {
    if (young.size >= perGeneration && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    set,
    get(key) {
      const fresh = young.get(key)
      if (fresh !== undefined) return fresh
      const kept = old.get(key)
      if (kept !== undefined) set(key, kept)
      return kept
    },
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
    drop(which) {
      for (const map of [young, old]) for (const key of map.keys()) if (which(key)) map.delete(key)
    },
  }
}

/** A pure function that is dear and asked for the same over and over: its last answers, so many in each of two generations. */
export function remembered<V>(perGeneration: number, make: (key: string) => V): (key: string) => V {
  const known = generations<V>(perGeneration)
  return key => {
    const before = known.get(key)
    if (before !== undefined) return before
    const made = make(key)
    known.set(key, made)
    return made
  }
}
