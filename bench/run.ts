// npm run bench [-- --only CASE] [--rounds N] [--seconds N] [--quick] [--memory DIR] [--disk DIR] (performance.md 10).
// Prints progress on stderr and the table on stdout. All cases together write docs/benchmarks.{json,md}; a part of them only tells.
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { openBench, type OpenBench } from './bench.ts'
import type { BenchCase, Row, Settings } from './case.ts'
import { cases } from './cases/index.ts'
import { describeMachine } from './machine.ts'
import { markdownOf, tablesOf, writeReport } from './report.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    memory: { type: 'string', default: '/dev/shm' },
    disk: { type: 'string', default: tmpdir() },
  },
})
const { quick, memory, disk } = values
const settings: Settings = {
  quick,
  memory,
  disk,
  rounds: Number(values.rounds ?? (quick ? 3 : 7)),
  seconds: Number(values.seconds ?? (quick ? 1 : 2)),
}
/** A quick run fails below this share of a goal of CPU: gross loss, not noise. */
const grossShare = 0.6

const asked = cases.filter(one => {
  if (values.only !== undefined) return values.only.some(word => one.name.toLowerCase().includes(word.toLowerCase()))
  return !quick || one.quick === true
})
if (asked.length === 0) throw new Error(`no case is called so; there are: ${cases.map(one => one.name).join('; ')}`)

for (const folder of [memory, disk]) mkdirSync(folder, { recursive: true })
const machine = describeMachine([memory, disk])
const bench = openBench(settings)
const { rows, failed } = await runAll(bench)
await bench.close()
const whole = values.only === undefined && !quick && failed.length === 0
if (whole) writeReport(machine, rows)
console.log(markdownOf(machine, tablesOf(rows)))
for (const name of failed) console.log(`✗ ${name} failed: see above`)
process.exit(failed.length > 0 || (quick && rows.some(isGrossLoss)) ? 1 : 0)

async function runAll(with_: OpenBench): Promise<{ readonly rows: readonly Row[]; readonly failed: readonly string[] }> {
  const rows: Row[] = []
  const failed: string[] = []
  for (const one of asked) {
    const measured = await runOne(one, with_)
    if (measured === undefined) failed.push(one.name)
    else rows.push(...measured)
  }
  return { rows, failed }
}

async function runOne(one: BenchCase, with_: OpenBench): Promise<readonly Row[] | undefined> {
  const started = performance.now()
  with_.say(`── ${one.name}`)
  try {
    const rows = await one.run(with_)
    for (const row of rows)
      with_.say(
        `   ${row.anchor}: ${row.ratio.toFixed(3)}${row.goal === undefined ? '' : ` (goal ${row.goal})`} ${(row.marks ?? []).join(' ')}`,
      )
    with_.say(`   ${((performance.now() - started) / 1_000).toFixed(0)} s`)
    return rows
  } catch (error) {
    with_.say(`✗ ${one.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return undefined
  }
}

function isGrossLoss({ anchor, ratio, goal }: Row): boolean {
  return anchor.endsWith(' cpu') && goal !== undefined && ratio < grossShare * goal
}
