// One window of load on one server: throughput, latency, CPU of the server by thread, and what would make the figures lie.
import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { load } from './load.ts'
import { cpuSince, machineBusy, readCpu } from './process-cpu.ts'

export interface Target {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly host: string
  readonly requestsFile: string
  readonly caFile: string
  /** Spoken to without TLS: what others have by default. */
  readonly plain?: true
  /** One whole request, its answer looked at through and through; rejects where it is wrong. */
  check(): Promise<void>
  /** Checked before a window alone: its requests are so long that those of the checks would count. */
  readonly checkedBefore?: true
}

export interface Window {
  readonly perSecond: number
  /** Microseconds a request: of the whole server, and of its threads by name. */
  readonly cpu: number
  readonly threads: Readonly<Record<string, number>>
  /** Microseconds. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly bytesPerAnswer: number
  readonly marks: readonly Mark[]
}

/** `client-bound`: the generator was at its end. `disturbed`: others took more than a tenth of the machine. */
export type Mark = 'client-bound' | 'disturbed'

export interface Pressure {
  readonly connections: number
  readonly seconds: number
}

const checkEveryMs = 100
const [clientShareMax, othersShareMax] = [0.9, 0.1]

export async function measure(target: Target, pressure: Pressure): Promise<Window> {
  await target.check()
  const before = { cpu: readCpu(target.pid), busy: machineBusy(), own: process.cpuUsage(), at: performance.now() }
  const work = async () => load({ ...target, ...pressure })
  const result = await (target.checkedBefore === true ? work() : checkedAlongside(target, work))
  const wall = (performance.now() - before.at) * 1_000
  const cpu = cpuSince(before.cpu, target.pid)
  const own = process.cpuUsage(before.own)
  const others = machineBusy() - before.busy - cpu.process - result.clientCpu - own.user - own.system
  if (result.errors > 0 || result.requests === 0) throw new Error(`${target.name}: ${result.errors} errors in ${result.requests} requests`)
  const marks: Mark[] = []
  if (result.clientCpu > clientShareMax * result.microseconds) marks.push('client-bound')
  if (others > othersShareMax * wall * availableParallelism()) marks.push('disturbed')
  return {
    perSecond: (result.requests * 1_000_000) / result.microseconds,
    cpu: cpu.process / result.requests,
    threads: Object.fromEntries([...cpu.threads].map(([name, used]) => [name, used / result.requests])),
    p50: result.p50,
    p99: result.p99,
    p999: result.p999,
    bytesPerAnswer: result.bytes / result.requests,
    marks,
  }
}

/** Ten answers a second are verified while the load runs; one that is wrong ends the case. */
async function checkedAlongside<T>(target: Target, work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const checking = (async () => {
    while (!over.signal.aborted) {
      await target.check()
      await pause(checkEveryMs)
    }
  })()
  try {
    // Whichever fails first fails the window.
    return await Promise.race([work(), checking.then(() => new Promise<never>(() => undefined))])
  } finally {
    over.abort()
    await checking
  }
}

const [warmWindowsLeast, warmWindowsMost, agreement] = [4, 15, 0.05]

/**
 * One-second windows until three in a row agree in CPU a request: compiled code comes late. What never settles is taken as it is, and a short look
 * is not warmed for longer than two of its own.
 */
export async function warm(target: Target, how: Pressure & { readonly rounds: number }): Promise<void> {
  const most = Math.max(2, Math.min(warmWindowsMost, Math.ceil(2 * how.rounds * how.seconds)))
  const seen: number[] = []
  while (seen.length < most) {
    seen.push((await measure(target, { connections: how.connections, seconds: 1 })).cpu)
    const last = seen.slice(-3)
    if (seen.length >= warmWindowsLeast && Math.max(...last) < Math.min(...last) * (1 + agreement)) return
  }
}

/** `warmed: false`: one request of theirs is long enough to warm what answers it. All alive, in alternating order, so that what drifts drifts for all. */
export async function inRounds(
  targets: readonly Target[],
  how: Pressure & { readonly rounds: number; readonly warmed?: false },
): Promise<readonly ReadonlyMap<string, Window>[]> {
  if (how.warmed !== false) for (const target of targets) await warm(target, how)
  const all: ReadonlyMap<string, Window>[] = []
  for (let round = 0; round < how.rounds; round += 1) {
    const windows = new Map<string, Window>()
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) windows.set(target.name, await measure(target, how))
    all.push(windows)
  }
  return all
}
