// Cheap requests beside saturating signatures (performance.md 5.2), and an open loop at half of what a closed one reached: closed loops hide
// stalls, so latencies there count from when a request was due.
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { load, openLoad } from '#bench/load.ts'
import { durabilityOf } from '#bench/machine.ts'
import { measure, type Target, type Window, warm } from '#bench/measure.ts'
import { type MeasuredRequest, productTarget } from '#bench/request-case.ts'
import { median } from '#bench/statistics.ts'
import type { World } from '#bench/world.ts'
import { getKey } from './get-key.ts'
import { signRs256 } from './signatures.ts'

const [cheapConnections, dearConnections, openConnections] = [8, 16, 32]
/** p50 at most 2 ×, p99 at most 2.5 × their value alone. */
const besideGoals = { p50: 1 / 2, p99: 1 / 2.5 } as const
/** p99 at most so many times p50, plus two commits. */
const openFactors = { inline: 4, pool: 6 } as const

interface How {
  readonly seconds: number
  readonly rounds: number
}

export const latency: BenchCase = {
  name: 'latency beside signing and in an open loop',
  async run(bench) {
    const world = await bench.world()
    const { settings } = bench
    const cheap = await targetOf(world, getKey)
    const dear = await targetOf(world, signRs256)
    await warm(cheap, { ...settings, connections: cheapConnections })
    await warm(dear, { ...settings, connections: dearConnections })
    const commitUs = durabilityOf(settings.memory).commitP99 * 1_000
    return [
      ...(await beside({ cheap, dear }, settings)),
      await openLoop(cheap, { ...settings, commitUs, name: 'getKey', placed: 'inline' }),
      await openLoop(dear, { ...settings, commitUs, name: 'sign RS256', placed: 'pool' }),
    ]
  },
}

async function targetOf(world: World, { declared }: MeasuredRequest): Promise<Target> {
  return productTarget(world, declared.name, await declared.prepare(world))
}

async function beside(
  { cheap, dear }: { readonly cheap: Target; readonly dear: Target },
  { seconds, rounds }: How,
): Promise<readonly Row[]> {
  const pairs: { readonly alone: Window; readonly loaded: Window; readonly signatures: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const alone = await measure(cheap, { connections: cheapConnections, seconds })
    // Begins before and ends after what it disturbs.
    const signing = load({ ...dear, connections: dearConnections, seconds: seconds + 2 })
    await new Promise(resolve => setTimeout(resolve, 500))
    const loaded = await measure(cheap, { connections: cheapConnections, seconds })
    const { requests, microseconds, errors } = await signing
    if (errors > 0) throw new Error(`${errors} signatures failed`)
    pairs.push({ alone, loaded, signatures: (requests * 1e6) / microseconds })
  }
  const figures = {
    'alone requests/s': median(pairs.map(pair => pair.alone.perSecond)),
    'beside requests/s': median(pairs.map(pair => pair.loaded.perSecond)),
    'RS256/s': median(pairs.map(pair => pair.signatures)),
  }
  const row = (which: 'p50' | 'p99'): Row =>
    rowOf({
      case: 'getKey beside saturating RS256',
      anchor: `its ${which} alone`,
      goal: besideGoals[which],
      rounds: pairs.map(({ alone, loaded }) => alone[which] / loaded[which]),
      figures: {
        ...figures,
        [`alone ms ${which}`]: median(pairs.map(pair => pair.alone[which])) / 1_000,
        [`beside ms ${which}`]: median(pairs.map(pair => pair.loaded[which])) / 1_000,
      },
    })
  return [row('p50'), row('p99')]
}

interface Open extends How {
  readonly name: string
  readonly placed: keyof typeof openFactors
  readonly commitUs: number
}

async function openLoop(target: Target, how: Open): Promise<Row> {
  const factor = openFactors[how.placed]
  const results: { readonly p50: number; readonly p99: number; readonly rate: number }[] = []
  for (let round = 0; round < how.rounds; round += 1) {
    const closed = await measure(target, { connections: openConnections, seconds: how.seconds })
    const rate = Math.floor(closed.perSecond / 2)
    const { p50, p99, errors } = await openLoad({ ...target, connections: openConnections, seconds: how.seconds, rate })
    if (errors > 0) throw new Error(`${errors} errors in the open loop`)
    results.push({ p50, p99, rate })
  }
  return rowOf({
    case: `${how.name}, open loop at half of saturation`,
    anchor: `${factor} × p50 + 2 commits for p99`,
    goal: 1,
    rounds: results.map(({ p50, p99 }) => (factor * p50 + 2 * how.commitUs) / p99),
    figures: {
      'requests/s': median(results.map(({ rate }) => rate)),
      'ms p50': median(results.map(({ p50 }) => p50)) / 1_000,
      'ms p99': median(results.map(({ p99 }) => p99)) / 1_000,
    },
  })
}
