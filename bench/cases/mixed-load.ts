// What waiting behind others costs a secret: read on some connections while all kinds of requests come on others.
import { setTimeout as pause } from 'node:timers/promises'
import { type BenchCase, rowOf } from '#bench/case.ts'
import { load } from '#bench/load.ts'
import { measure, warm, type Window } from '#bench/measure.ts'
import { productTarget } from '#bench/request-case.ts'
import { median } from '#bench/statistics.ts'
import type { Exchange } from '#bench/web.ts'
import type { World } from '#bench/world.ts'
import { wrapKey } from './encryption.ts'
import { getKey } from './get-key.ts'
import { getSecret, setSecret } from './secrets.ts'
import { signRs256 } from './signatures.ts'

const [measuredConnections, otherConnections] = [16, 16]
/** p99 at most so many times p50 of the same window. */
const p99OfP50 = 10
/** Of each kind, in turn. */
const [others, rounds] = [[getKey, setSecret, wrapKey, getSecret, signRs256], 20]

export const mixedLoad: BenchCase = {
  name: 'getSecret under mixed load',
  async run(bench) {
    const world = await bench.world()
    const { settings } = bench
    const prepared = await getSecret.declared.prepare(world)
    const target = productTarget(world, 'getSecret mixed', prepared)
    const mixed = productTarget(world, 'mixed', { exchanges: await mixedExchanges(world), verify: async reply => prepared.verify(reply) })
    await warm(target, { ...settings, connections: measuredConnections })
    const windows: Window[] = []
    const rates: number[] = []
    for (let round = 0; round < settings.rounds; round += 1) {
      // Begins before and ends after what it disturbs.
      const disturbing = load({ ...mixed, connections: otherConnections, seconds: settings.seconds + 2 })
      await pause(500)
      windows.push(await measure(target, { connections: measuredConnections, seconds: settings.seconds }))
      const { requests, microseconds, errors } = await disturbing
      if (errors > 0) throw new Error(`${errors} of the other requests failed`)
      rates.push((requests * 1e6) / microseconds)
    }
    return [
      rowOf({
        case: 'getSecret among keys read, used and listed, secrets set and listed',
        anchor: `${p99OfP50} × its p50 for p99`,
        goal: 1,
        rounds: windows.map(({ p50, p99 }) => (p99OfP50 * p50) / p99),
        figures: {
          'requests/s': median(windows.map(({ perSecond }) => perSecond)),
          'others/s': median(rates),
          'ms p50': median(windows.map(({ p50 }) => p50)) / 1_000,
          'ms p99': median(windows.map(({ p99 }) => p99)) / 1_000,
        },
        marks: windows.flatMap(({ marks }) => marks.filter(mark => mark !== 'disturbed')),
      }),
    ]
  },
}

/** One of each kind after the other. */
async function mixedExchanges(world: World): Promise<readonly [Exchange, ...Exchange[]]> {
  const kinds: (readonly [Exchange, ...Exchange[]])[] = []
  for (const { declared } of others) kinds.push((await declared.prepare(world)).exchanges)
  // Of this vault too: a connection is to one.
  kinds.push([world.vault('benchvault', { method: 'GET', path: '/secrets?maxresults=25' })])
  const turns = Array.from({ length: rounds }, (_, turn) => kinds.map(all => all[turn % all.length] ?? all[0]))
  const [first, ...rest] = turns.flat()
  if (first === undefined) throw new Error('nothing to send')
  return [first, ...rest]
}
