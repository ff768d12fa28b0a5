/** Uses that are not written down yet. A request never writes what it reads with. */
export interface LatestUses<Use> {
  note(id: string, use: Use): void
  get(id: string): Use | undefined
  forget(id: string): void
  /** At most so many; what is taken is the taker's to write or to note again. */
  take(max: number): readonly (readonly [id: string, use: Use])[]
}

export function createLatestUses<Use>(): LatestUses<Use> {
  const latest = new Map<string, Use>()
  return {
    note: (id, use) => void latest.set(id, use),
    get: id => latest.get(id),
    forget: id => void latest.delete(id),
    take(max) {
      const taken = [...latest].slice(0, max)
      for (const [id] of taken) latest.delete(id)
      return taken
    },
  }
}
