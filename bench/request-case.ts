// A request of the product beside its three anchors (performance.md 1.2). A case is data: the requests, how an answer is checked, the goals.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startAnchor, type Anchor } from './anchors/start.ts'
import type { WorkName } from './anchors/work.ts'
import { type BenchCase, type Row, rowOf } from './case.ts'
import { requestsFile } from './load.ts'
import { inRounds, type Pressure, type Target, type Window } from './measure.ts'
import { median } from './statistics.ts'
import { type Exchange, openWeb, rawRequest, type Reply, type Web } from './web.ts'
import { openWorld, type Seed, type World } from './world.ts'

export interface Prepared {
  /** Sent in turn. */
  readonly exchanges: readonly [Exchange, ...Exchange[]]
  /** Looks an answer of the first exchange through; rejects where it is wrong. */
  verify(reply: Reply): Promise<void>
}

export interface RequestCase {
  readonly name: string
  readonly work: WorkName
  readonly quick?: true
  /** In a world of its own, where the shared one has not what it needs. */
  readonly sown?: Seed
  prepare(world: World): Promise<Prepared>
  readonly goals: {
    /** CPU of D by CPU of the product. */
    readonly cpuOfD: number
    /** Requests a second by those of A; only with commits of 0.1 ms or less. */
    readonly rateOfA?: number
    /** Requests a second by those of F: private RSA. */
    readonly rateOfF?: number
  }
}

/** performance.md 1.2: p99 at most twice that of D in the same round. */
const p99OfD = 0.5
export const connections = 32

export interface MeasuredRequest extends BenchCase {
  readonly declared: RequestCase
}

export const requestCase = (declared: RequestCase): MeasuredRequest => ({
  name: declared.name,
  declared,
  ...(declared.quick && { quick: declared.quick }),
  async run(bench) {
    const { settings } = bench
    const measured = async (world: World): Promise<readonly Row[]> =>
      rowsOf(declared, await besideAnchors(world, declared, { ...settings, connections }))
    if (declared.sown === undefined) return measured(await bench.world())
    const world = await openWorld(settings.memory, declared.sown)
    try {
      return await measured(world)
    } finally {
      await world.close()
    }
  },
})

/** The product and its three anchors, alive together. */
export async function besideAnchors(world: World, declared: RequestCase, how: Pressure & { readonly rounds: number }): Promise<Rounds> {
  const prepared = await declared.prepare(world)
  const answer = await world.web.send(prepared.exchanges[0])
  await prepared.verify(answer)
  const anchors = await startAnchors(world, { answer, work: declared.work })
  try {
    const product = productTarget(world, declared.name, prepared)
    return await inRounds([product, ...anchors.map(anchor => anchorTarget(world, { ...anchor, answer, prepared }))], how)
  } finally {
    stopAnchors(anchors)
  }
}

export type AnchorName = 'A' | 'F' | 'D'

export interface Named {
  readonly name: AnchorName
  readonly anchor: Anchor
  readonly web: Web
}

export interface Anchored {
  /** The product's. */
  readonly answer: Reply
  readonly work: WorkName
  readonly workBytes?: number
}

export async function startAnchors(
  world: World,
  what: Anchored,
  names: readonly AnchorName[] = ['A', 'F', 'D'],
): Promise<readonly Named[]> {
  const started: Named[] = []
  for (const name of names) {
    const folder = join(world.instance.folder, `anchor-${process.hrtime.bigint()}`)
    mkdirSync(folder)
    const work = name === 'A' ? 'none' : what.work
    const anchor = await startAnchor({ ...what, tlsFolder: join(world.instance.data, 'tls'), work, folder, stores: name === 'D' })
    started.push({ name, anchor, web: openWeb({ port: anchor.port, caFile: world.instance.environment.caFile }) })
  }
  return started
}

export function stopAnchors(anchors: readonly Named[]): void {
  for (const { anchor, web } of anchors) {
    web.close()
    anchor.stop()
  }
}

export function productTarget(world: World, name: string, prepared: Prepared): Target {
  const { instance, web } = world
  const [first] = prepared.exchanges
  const raw = prepared.exchanges.map(exchange => rawRequest(exchange, instance.port))
  return {
    name: 'product',
    pid: instance.pid,
    port: instance.port,
    host: first.host,
    requestsFile: requestsFile(join(instance.folder, `${name.replaceAll(/\W+/g, '-')}.requests`), raw),
    caFile: instance.environment.caFile,
    async check() {
      await prepared.verify(await web.send(first))
    },
  }
}

export function anchorTarget(
  world: World,
  { name, anchor, web, answer, prepared }: Named & { readonly answer: Reply; readonly prepared: Prepared },
): Target {
  const { folder, environment } = world.instance
  const [first] = prepared.exchanges
  const { port, pid } = anchor
  const raw = prepared.exchanges.map(exchange => rawRequest(exchange, port))
  return {
    name,
    pid,
    port,
    host: first.host,
    requestsFile: requestsFile(join(folder, `${name}.requests`), raw),
    caFile: environment.caFile,
    async check() {
      const reply = await web.send(first)
      if (reply.status !== answer.status || !reply.body.equals(answer.body)) throw new Error(`anchor ${name} answered something else`)
    },
  }
}

export type Rounds = readonly ReadonlyMap<string, Window>[]

export function windowOf(round: ReadonlyMap<string, Window>, name: string): Window {
  const window = round.get(name)
  if (window === undefined) throw new Error(`${name} was not measured`)
  return window
}

function rowsOf({ name, goals }: RequestCase, rounds: Rounds): readonly Row[] {
  const ratios = (of: (full: Window, other: Window) => number, anchor: AnchorName): readonly number[] =>
    rounds.map(round => of(windowOf(round, 'product'), windowOf(round, anchor)))
  const marks = rounds.flatMap(round => [...round.values()].flatMap(window => window.marks))
  const cpu = (full: Window, other: Window): number => other.cpu / full.cpu
  const rate = (full: Window, other: Window): number => full.perSecond / other.perSecond
  return [
    rowOf({ case: name, anchor: 'D cpu', goal: goals.cpuOfD, rounds: ratios(cpu, 'D'), figures: figuresOf(rounds), marks }),
    rowOf({ case: name, anchor: 'A rate', goal: goals.rateOfA, rounds: ratios(rate, 'A'), marks }),
    rowOf({ case: name, anchor: 'F rate', goal: goals.rateOfF, rounds: ratios(rate, 'F'), marks }),
    rowOf({ case: name, anchor: 'D p99', goal: p99OfD, rounds: ratios((full, other) => other.p99 / full.p99, 'D'), marks }),
    rowOf({ case: name, anchor: 'A cpu', rounds: ratios(cpu, 'A'), marks }),
    rowOf({ case: name, anchor: 'F cpu', rounds: ratios(cpu, 'F'), marks }),
  ]
}

export function figuresOf(rounds: Rounds): Readonly<Record<string, number>> {
  const of = (name: string, figure: (window: Window) => number): number => median(rounds.map(round => figure(windowOf(round, name))))
  return {
    'requests/s': of('product', window => window.perSecond),
    'µs cpu': of('product', window => window.cpu),
    'µs cpu main': of('product', window => window.threads['main'] ?? 0),
    'µs cpu writer': of('product', window => window.threads['writer'] ?? 0),
    'ms p50': of('product', window => window.p50 / 1_000),
    'ms p99': of('product', window => window.p99 / 1_000),
    'A requests/s': of('A', window => window.perSecond),
    'A µs cpu': of('A', window => window.cpu),
    'F µs cpu': of('F', window => window.cpu),
    'D requests/s': of('D', window => window.perSecond),
    'D µs cpu': of('D', window => window.cpu),
    'D µs cpu main': of('D', window => window.threads['main'] ?? 0),
    'D µs cpu writer': of('D', window => window.threads['writer'] ?? 0),
  }
}
