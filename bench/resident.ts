import { readFileSync } from 'node:fs'
import { type Row, rowOf } from './case.ts'

export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kib) * 1_024) / 1e6
}

/** Goals of performance.md 12. */
export const memoryRow = (name: string, mb: number, goalMb: number): Row =>
  rowOf({ case: `resident memory, ${name}`, anchor: `${goalMb} MB`, goal: 1, rounds: [goalMb / mb], figures: { MB: mb } })
