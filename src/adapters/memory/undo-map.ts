/** How a transaction of a store in memory is taken back: newest step first. */
export interface UndoLog {
  push(step: () => void): void
  rollBack(): void
  settle(): void
}

export function undoLog(): UndoLog {
  const steps: (() => void)[] = []
  return {
    push: step => void steps.push(step),
    rollBack() {
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) step()
    },
    settle() {
      steps.length = 0
    },
  }
}

/** A map that says how each change is taken back. Undoing a deletion puts the entry last: nothing here rests on a map's order. */
export function undoMap<K, V>(log: UndoLog): Map<K, V> {
  return new UndoMap(log)
}

class UndoMap<K, V> extends Map<K, V> {
  readonly #log: UndoLog

  constructor(log: UndoLog) {
    super()
    this.#log = log
  }

  override set(key: K, value: V): this {
    const before = this.get(key)
    const had = this.has(key)
    this.#log.push(() => void (had && before !== undefined ? super.set(key, before) : super.delete(key)))
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    const before = this.get(key)
    if (before !== undefined) this.#log.push(() => void super.set(key, before))
    return super.delete(key)
  }
}
