// What 1 and 128 connections make of it, and a real disk: told beside A and D, because a slow fsync caps a closed loop whatever the code
// does (performance.md 0 rule 3, 6.2). One connection has a goal of its own (1.2).
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { durabilityOf } from '#bench/machine.ts'
import type { Window } from '#bench/measure.ts'
import { besideAnchors, figuresOf, type RequestCase, type Rounds, windowOf } from '#bench/request-case.ts'
import { openWorld, type World } from '#bench/world.ts'
import { wrapKey } from './encryption.ts'
import { getKey } from './get-key.ts'

/** Above the bare answer and one commit. */
const ownMicroseconds = 150

export const connectionCounts: BenchCase = {
  name: 'connections and disks',
  async run(bench) {
    const { settings } = bench
    const world = await bench.world()
    const rows: Row[] = [await oneConnection(world, { ...settings, commitMs: durabilityOf(settings.memory).commitP50 })]
    for (const { declared } of [getKey, wrapKey])
      rows.push(...told(`${declared.name}, 128 connections`, await besideAnchors(world, declared, { ...settings, connections: 128 })))
    const durable = await openWorld(settings.disk, { keys: 1_000, assignments: 10 })
    try {
      for (const connections of [32, 128]) rows.push(...(await onDisk(durable, getKey.declared, { ...settings, connections })))
    } finally {
      await durable.close()
    }
    return rows
  },
}

interface How {
  readonly seconds: number
  readonly rounds: number
}

async function oneConnection(world: World, how: How & { readonly commitMs: number }): Promise<Row> {
  const rounds = await besideAnchors(world, getKey.declared, { ...how, connections: 1 })
  const allowed = (bare: Window): number => bare.p50 + how.commitMs * 1_000 + ownMicroseconds
  return rowOf({
    case: 'getKey, 1 connection',
    anchor: `A p50 + commit p50 + ${ownMicroseconds} µs`,
    goal: 1,
    rounds: rounds.map(round => allowed(windowOf(round, 'A')) / windowOf(round, 'product').p50),
    figures: figuresOf(rounds),
    marks: marksOf(rounds),
  })
}

async function onDisk(world: World, declared: RequestCase, how: How & { readonly connections: number }): Promise<readonly Row[]> {
  return told(`${declared.name}, ${how.connections} connections, real disk`, await besideAnchors(world, declared, how))
}

const marksOf = (rounds: Rounds): readonly string[] => rounds.flatMap(round => [...round.values()].flatMap(window => window.marks))

function told(name: string, rounds: Rounds): readonly Row[] {
  const ratios = (anchor: 'A' | 'D', of: (full: Window, other: Window) => number): readonly number[] =>
    rounds.map(round => of(windowOf(round, 'product'), windowOf(round, anchor)))
  const marks = marksOf(rounds)
  return [
    rowOf({
      case: name,
      anchor: 'A rate',
      rounds: ratios('A', (full, bare) => full.perSecond / bare.perSecond),
      figures: figuresOf(rounds),
      marks,
    }),
    rowOf({ case: name, anchor: 'D rate', rounds: ratios('D', (full, other) => full.perSecond / other.perSecond), marks }),
    rowOf({ case: name, anchor: 'D cpu', rounds: ratios('D', (full, other) => other.cpu / full.cpu), marks }),
  ]
}
