// A decision on a key of an account: whom other keys' policies and grants name makes it no slower.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'

const run = promisify(execFile)
const pair = z.object({ few: z.number(), many: z.number() })
const costs = z.object({ statements: pair, grants: pair })
/** performance.md 1.2, Growth. */
const flat = 0.9

export const accountDecisions: BenchCase = {
  name: 'decisions on keys of accounts',
  async run() {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, '..', 'programs', 'account-decisions.ts')])
    const { statements, grants } = costs.parse(JSON.parse(stdout))
    const row = (grown: string, { few, many }: z.output<typeof pair>): Row =>
      rowOf({
        case: `decision on an account key: ${grown}`,
        anchor: 'the same among the few',
        goal: flat,
        rounds: [few / many],
        figures: { µs: many, 'µs among the few': few },
      })
    return [row('1 → 1,000 statements of other keys', statements), row('10 → 10,000 grants on other keys', grants)]
  },
}
