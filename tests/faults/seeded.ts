/** mulberry32: the same faults for the same seed. */
export function seeded(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `SEED=` replays a run: every test prints its own. */
export const faultSeed = (): number => Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** A few by default, so that everybody runs them; `KEYSTEAD_FAULT_CYCLES` on the way to a release (security-and-reliability.md 7.3). */
export const faultCycles = (usual: number): number => Number(process.env['KEYSTEAD_FAULT_CYCLES'] ?? usual)

export const below = (random: () => number, bound: number): number => Math.floor(random() * bound)

/** One of them; throws for none. */
export function pick<T>(random: () => number, from: readonly T[]): T {
  const found = from[below(random, from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

/** Named where a test skips; on the build machine what is missing fails it. */
export function missingTool(found: boolean, what: string): string | false {
  if (!found && process.env['CI'] === 'true') throw new Error(what)
  return found ? false : what
}
