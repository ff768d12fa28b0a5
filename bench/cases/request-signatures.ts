// What every signed request pays before its verb: its signature, and whose key it is (performance.md 4).
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type BenchCase, rowOf } from '#bench/case.ts'

const run = promisify(execFile)
const costs = z.object({ known: z.number(), derived: z.number() })
const [knownGoalUs, derivedGoalUs] = [5, 20]

export const requestSignatures: BenchCase = {
  name: 'request signatures',
  async run() {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, '..', 'programs', 'request-signatures.ts')])
    const { known, derived } = costs.parse(JSON.parse(stdout))
    const row = (what: string, goalUs: number, us: number) =>
      rowOf({ case: what, anchor: `${goalUs} µs`, goal: 1, rounds: [goalUs / us], figures: { µs: us } })
    return [
      row('signature verified, its key known', knownGoalUs, known),
      row('signature verified, its key derived', derivedGoalUs, derived),
    ]
  },
}
