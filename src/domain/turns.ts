import type { RecordId } from '#model/brands.ts'

/** Calls of a node that write the same record take turns, from their second try on (design 1, "At the joints" 6). */
export interface Turns {
  /** Resolves when it is this call's turn for all of them; the answer gives the turn on. */
  take(ids: readonly RecordId[]): Promise<() => void>
}

export function createTurns(): Turns {
  const last = new Map<RecordId, Promise<void>>()
  return {
    async take(ids) {
      // Everyone asks in the same order, and all of one call at once: no two calls wait for each other.
      const wanted = [...new Set(ids)]
      const before = wanted.flatMap(id => last.get(id) ?? [])
      const { promise, resolve } = Promise.withResolvers<void>()
      for (const id of wanted) last.set(id, promise)
      await Promise.all(before)
      return () => {
        for (const id of wanted) if (last.get(id) === promise) last.delete(id)
        resolve()
      }
    },
  }
}
