import assert from 'node:assert/strict'

export interface Randomness {
  readonly chance: (share: number) => boolean
  readonly below: (limit: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  readonly some: <T>(from: readonly T[], most: number) => readonly T[]
}

/** mulberry32: the same cases for the same seed. */
export function randomBy(start: number): Randomness {
  let state = start >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] ?? assert.fail('nothing to pick from')
  return {
    chance: share => next() < share,
    below,
    pick,
    some: <T>(from: readonly T[], most: number): readonly T[] => Array.from({ length: below(most + 1) }, () => pick(from)),
  }
}
