// From spawning bin/keystead to the first answered TLS request (performance.md 11), with 1,000 keys and the seal's key file there.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { memoryRow, residentMb } from '#bench/resident.ts'
import { bundled, end, environmentOf, launch, newPlace, type Place, project, removePlace, startInstance } from '#bench/instance.ts'
import { readCpu } from '#bench/process-cpu.ts'
import { median } from '#bench/statistics.ts'
import { type Exchange, openWeb } from '#bench/web.ts'
import { seed } from '#bench/world.ts'

const run = promisify(execFile)
const keys = 1_000
const pollMs = 2
const giveUpMs = 30_000

interface Way {
  readonly name: string
  readonly goalMs: number
  readonly variables: Readonly<Record<string, string>>
}

const ways: readonly Way[] = [
  { name: 'start from .ts', goalMs: 1_000, variables: { KEYSTEAD_BUNDLE: 'off' } },
  { name: 'start from the bundle', goalMs: 300, variables: { KEYSTEAD_BUNDLE: 'on' } },
]

interface Start {
  readonly ms: number
  readonly cpuMs: number
}

interface Asking {
  readonly caFile: string
  readonly exchange: Exchange
}

export const startUp: BenchCase = {
  name: 'start-up',
  async run({ settings }) {
    await bundled()
    const place = await newPlace(settings.memory)
    try {
      await seed(place, { keys, assignments: 10 })
      const asking = await firstStart(place)
      // Once each beforehand: the compile cache is filled at the first start of an installation.
      for (const way of ways) await timedStart(place, way, asking)
      const starts = new Map<Way, Start[]>(ways.map(way => [way, []]))
      for (let round = 0; round < settings.rounds; round += 1) {
        for (const way of round % 2 === 0 ? ways : ways.toReversed()) starts.get(way)?.push(await timedStart(place, way, asking))
      }
      return [...[...starts].map(([way, times]) => rowOfStarts(way, times)), await helpRow(place, settings.rounds), await idleRow(place)]
    } finally {
      removePlace(place)
    }
  },
}

/** Makes certificates, so that none of the measured starts does. */
async function firstStart(place: Place): Promise<Asking> {
  const instance = await startInstance(place)
  const { caFile, domain, tenantId } = instance.environment
  await instance.stop()
  const path = `/${tenantId}/v2.0/.well-known/openid-configuration`
  return { caFile, exchange: { method: 'GET', host: `login.${domain}`, path } }
}

async function timedStart(place: Place, { variables }: Way, { caFile, exchange }: Asking): Promise<Start> {
  const started = performance.now()
  const child = launch(place, variables)
  const web = openWeb({ port: place.port, caFile })
  try {
    while (performance.now() - started < giveUpMs) {
      const reply = await web.send(exchange).catch(() => undefined)
      if (reply?.status === 200) return { ms: performance.now() - started, cpuMs: readCpu(child.pid ?? 0).process / 1_000 }
      await pause(pollMs)
    }
    throw new Error('no answer after the start')
  } finally {
    web.close()
    await end(child)
  }
}

function rowOfStarts({ name, goalMs }: Way, starts: readonly Start[]): Row {
  return rowOf({
    case: `${name}, ${keys.toLocaleString('en')} keys`,
    anchor: `${goalMs} ms to the first answer`,
    goal: 1,
    rounds: starts.map(({ ms }) => goalMs / ms),
    figures: { ms: median(starts.map(({ ms }) => ms)), 'ms cpu': median(starts.map(({ cpuMs }) => cpuMs)) },
  })
}

const [idleGoalMb, settledMs] = [150, 2_000]

/** performance.md 12: what is published, after a start that made no certificates, with nothing asked of it. */
async function idleRow(place: Place): Promise<Row> {
  const instance = await startInstance(place, { KEYSTEAD_BUNDLE: 'on' })
  await pause(settledMs)
  const row = memoryRow(`idle with ${keys.toLocaleString('en')} keys`, residentMb(instance.pid), idleGoalMb)
  await instance.stop()
  return row
}

const helpGoalMs = 100

/** The command line must not load the server. */
async function helpRow(place: Place, rounds: number): Promise<Row> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    await run(join(project, 'bin', 'keystead'), ['--help'], { env: environmentOf(place, { KEYSTEAD_BUNDLE: 'on' }) })
    times.push(performance.now() - started)
  }
  return rowOf({
    case: 'keystead --help from the bundle',
    anchor: `${helpGoalMs} ms`,
    goal: 1,
    rounds: times.map(ms => helpGoalMs / ms),
    figures: { ms: median(times) },
  })
}
