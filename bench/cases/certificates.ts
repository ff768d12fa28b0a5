// From asking for a certificate (EC, issuer Self) to its pending operation completed: key, request, two commits, the scheduler between them.
// The service tells its clients to come again after ten seconds; here they are told one (key-vault.md 0.7).
import { z } from 'zod'
import { type BenchCase, rowOf } from '#bench/case.ts'
import { median } from '#bench/statistics.ts'
import type { World } from '#bench/world.ts'

const connections = 8
const goalMs = 1_000
const policy = { issuer: { name: 'Self' }, key_props: { kty: 'EC', crv: 'P-256' }, x509_props: { subject: 'CN=bench' } }
const operation = z.object({ status: z.enum(['inProgress', 'completed']) })

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

export const certificates: BenchCase = {
  name: 'certificate create (EC)',
  async run(bench) {
    const world = await bench.world()
    const rounds: Round[] = []
    for (let round = 0; round < bench.settings.rounds; round += 1) rounds.push(await oneRound(world, round, bench.settings.seconds))
    return [
      rowOf({
        case: 'certificate create (EC P-256, Self), asked to completed',
        anchor: `${goalMs} ms for p99`,
        goal: 1,
        rounds: rounds.map(({ p99 }) => goalMs / p99),
        figures: {
          'certificates/s': median(rounds.map(({ perSecond }) => perSecond)),
          'ms p50': median(rounds.map(({ p50 }) => p50)),
          'ms p99': median(rounds.map(({ p99 }) => p99)),
        },
      }),
    ]
  },
}

async function oneRound(world: World, round: number, seconds: number): Promise<Round> {
  const end = performance.now() + seconds * 1_000
  const times: number[] = []
  const work = async (worker: number): Promise<void> => {
    for (let at = 0; performance.now() < end; at += 1) times.push(await issue(world, `bench-${round}-${worker}-${at}`))
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, async (_, worker) => work(worker)))
  const sorted = times.toSorted((one, other) => one - other)
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { perSecond: (times.length * 1_000) / (performance.now() - started), p50: quantile(0.5), p99: quantile(0.99) }
}

/** Milliseconds, polled without a pause: what is measured is the instance. */
async function issue(world: World, name: string): Promise<number> {
  const started = performance.now()
  await world.web.json(world.vault('benchvault', { method: 'POST', path: `/certificates/${name}/create`, json: { policy } }))
  for (;;) {
    const asked = await world.web.json(world.vault('benchvault', { method: 'GET', path: `/certificates/${name}/pending` }))
    if (operation.parse(asked).status === 'completed') return performance.now() - started
  }
}
