import type { Bench } from './bench.ts'
import { median } from './statistics.ts'

/** One comparison. Ratios are turned so that higher is better. */
export interface Row {
  readonly case: string
  /** What it is compared with, and by which figure. */
  readonly anchor: string
  /** Median over the rounds. */
  readonly ratio: number
  /** Absent: told, not judged. */
  readonly goal?: number | undefined
  readonly rounds: readonly number[]
  /** Absolute figures of this machine, medians: unit in the name. */
  readonly figures?: Readonly<Record<string, number>> | undefined
  /** `client-bound`, `disturbed`, or a sentence: what a reader must know. */
  readonly marks?: readonly string[] | undefined
}

export interface Settings {
  readonly rounds: number
  readonly seconds: number
  /** A memory file system: where goals are measured, fsync free. */
  readonly memory: string
  /** A real disk. */
  readonly disk: string
  readonly quick: boolean
}

export interface BenchCase {
  readonly name: string
  /** One of those that continuous integration runs. */
  readonly quick?: true
  run(bench: Bench): Promise<readonly Row[]>
}

/** The row of what was measured in every round. */
export function rowOf(row: Omit<Row, 'ratio'>): Row {
  const marks = [...new Set(row.marks)]
  return { ...row, ratio: median(row.rounds), marks: marks.length > 0 ? marks : undefined }
}
