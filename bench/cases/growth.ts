// 100 → 100,000 keys and 10 → 10,000 role assignments: what is flat stays within a tenth (performance.md 1.2). Three instances, in turn.
import { z } from 'zod'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { bundled } from '#bench/instance.ts'
import { inRounds, type Window } from '#bench/measure.ts'
import { memoryRow, residentMb } from '#bench/resident.ts'
import { type Prepared, productTarget, windowOf } from '#bench/request-case.ts'
import { keyName } from '#bench/seeding/seed-keys.ts'
import { median } from '#bench/statistics.ts'
import type { Exchange } from '#bench/web.ts'
import { openWorld, type World } from '#bench/world.ts'
import { base64url, json, plaintext, resultOf } from './keys.ts'
import { pagesOf } from './list-keys.ts'

const [few, many] = [
  { keys: 100, assignments: 10 },
  { keys: 100_000, assignments: 10_000 },
]
const [flat, connections] = [0.9, 32]
/** So many keys are asked for in turn, evenly from all: what grows is the population, not the working set. */
const asked = 100

interface Growing {
  readonly name: string
  readonly grown: 'keys' | 'assignments'
  prepare(world: World, keys: number): Promise<Prepared>
}

const bundle = z.object({ key: z.object({ kid: z.string() }) })

const spread = (keys: number, exchangeOf: (name: string) => Exchange): readonly [Exchange, ...Exchange[]] => {
  const names = Array.from({ length: asked }, (_, at) => keyName(Math.floor((at * keys) / asked)))
  const [first = '', ...rest] = names
  return [exchangeOf(first), ...rest.map(exchangeOf)]
}

const growing: readonly Growing[] = [
  {
    name: 'getKey',
    grown: 'keys',
    async prepare(world, keys) {
      return {
        exchanges: spread(keys, name => world.vault('benchmany', { method: 'GET', path: `/keys/${name}` })),
        async verify(reply) {
          bundle.parse(json(reply))
        },
      }
    },
  },
  {
    name: 'list, pages of 25',
    grown: 'keys',
    async prepare(world) {
      const exchanges = await pagesOf(world)
      return {
        // As many pages of each, or the longer list would have the more distinct requests.
        exchanges: [exchanges[0], ...exchanges.slice(1, 4)],
        async verify(reply) {
          z.object({ value: z.array(z.unknown()).length(25) }).parse(json(reply))
        },
      }
    },
  },
  {
    name: 'wrapKey RSA-OAEP-256, 2048',
    grown: 'keys',
    async prepare(world, keys) {
      const body = { alg: 'RSA-OAEP-256', value: base64url(plaintext) }
      return {
        exchanges: spread(keys, name => world.vault('benchmany', { method: 'POST', path: `/keys/${name}/wrapkey`, json: body })),
        async verify(reply) {
          if (resultOf(reply).length !== 256) throw new Error('a wrapped key of another length')
        },
      }
    },
  },
  {
    name: 'getKey',
    grown: 'assignments',
    async prepare(world) {
      return {
        exchanges: [world.vault('benchvault', { method: 'GET', path: '/keys/rsa' })],
        async verify(reply) {
          bundle.parse(json(reply))
        },
      }
    },
  },
]

export const growth: BenchCase = {
  name: 'growth',
  async run({ settings }) {
    const worlds: World[] = []
    const variables = await bundled()
    const open = async (seed: typeof few): Promise<World> => {
      const world = await openWorld(settings.memory, seed, variables)
      worlds.push(world)
      return world
    }
    try {
      const small = await open(few)
      const large = { keys: await open({ ...few, keys: many.keys }), assignments: await open({ ...few, assignments: many.assignments }) }
      const rows: Row[] = []
      for (const one of growing) {
        const targets = [
          { ...productTarget(small, one.name, await one.prepare(small, few.keys)), name: 'small' },
          { ...productTarget(large[one.grown], one.name, await one.prepare(large[one.grown], many.keys)), name: 'large' },
        ]
        rows.push(...rowsOf(one, await inRounds(targets, { ...settings, connections })))
      }
      return [...rows, memoryRow('with 100,000 keys, after the load', residentMb(large.keys.instance.pid), 350)]
    } finally {
      for (const world of worlds) await world.close()
    }
  },
}

function rowsOf({ name, grown }: Growing, rounds: readonly ReadonlyMap<string, Window>[]): readonly Row[] {
  const title = `${name}: ${few[grown].toLocaleString('en')} → ${many[grown].toLocaleString('en')} ${grown}`
  const pairs = rounds.map(round => ({ small: windowOf(round, 'small'), large: windowOf(round, 'large') }))
  const marks = pairs.flatMap(({ small, large }) => [...small.marks, ...large.marks])
  const figures = {
    'small requests/s': median(pairs.map(({ small }) => small.perSecond)),
    'large requests/s': median(pairs.map(({ large }) => large.perSecond)),
    'small µs cpu': median(pairs.map(({ small }) => small.cpu)),
    'large µs cpu': median(pairs.map(({ large }) => large.cpu)),
  }
  return [
    rowOf({
      case: title,
      anchor: 'small rate',
      goal: flat,
      rounds: pairs.map(({ small, large }) => large.perSecond / small.perSecond),
      figures,
      marks,
    }),
    rowOf({ case: title, anchor: 'small cpu', rounds: pairs.map(({ small, large }) => small.cpu / large.cpu), marks }),
  ]
}
