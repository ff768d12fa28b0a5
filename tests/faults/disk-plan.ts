import { below, seeded } from './seeded.ts'

/** Some sectors of a chunk are filled with a number, or cleared: 0. */
export interface Step {
  readonly chunk: number
  readonly first: number
  readonly sectors: number
  readonly value: number
}

export const chunksUsed = 4
/** At the head of each chunk. */
export const sectorsUsed = 64
const stepsOfRound = 6

/** After so many rounds, each time, the disk is forked. */
export const forkEvery = 3
/** 32 hex digits. */
export const forkOf = (round: number): string => round.toString(16).padStart(32, 'f')

/** What a round does, the same for whoever asks; then it flushes. */
export function planOf(seed: number, round: number): readonly Step[] {
  const random = seeded(seed * 7_919 + round)
  return Array.from({ length: stepsOfRound }, (_, n): Step => {
    const chunk = below(random, chunksUsed)
    // Now and then a whole chunk goes, and its file with it.
    if (random() < 0.1) return { chunk, first: 0, sectors: sectorsUsed, value: 0 }
    const first = below(random, sectorsUsed / 8) * 8
    return { chunk, first, sectors: 8, value: random() < 0.2 ? 0 : round * 16 + n + 1 }
  })
}
