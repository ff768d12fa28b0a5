// Objects under a key of the account (SSE-KMS), put and got, short and long: each with a data key of its own, and with one of its bucket.
import { addAccount, askingKeys, askObjects, type BenchAccount } from '#bench/account.ts'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { inRounds, type Target, type Window } from '#bench/measure.ts'
import { anchorTarget, type Prepared, productTarget, startAnchors, stopAnchors, windowOf } from '#bench/request-case.ts'
import { median } from '#bench/statistics.ts'
import type { Exchange, Reply } from '#bench/web.ts'
import type { World } from '#bench/world.ts'
import { newKey } from './account-keys.ts'

interface Size {
  readonly name: string
  readonly bytes: number
  readonly connections: number
  /** Objects in turn: two writes of one object at once would wait for each other. */
  readonly objects: number
  /** Windows that hold some of them, and no more rounds than these. */
  readonly long?: { readonly seconds: number; readonly rounds: number }
}

const sizes: readonly Size[] = [
  { name: '4 KiB', bytes: 4 * 1024, connections: 32, objects: 256 },
  { name: '1 MiB', bytes: 1024 * 1024, connections: 8, objects: 32 },
  { name: '64 MiB', bytes: 64 * 1024 * 1024, connections: 2, objects: 3, long: { seconds: 6, rounds: 3 } },
]
const ways = [
  { name: 'a data key each', bucketKey: false },
  { name: 'a bucket key', bucketKey: true },
] as const
const sse = 'x-amz-server-side-encryption'
/** As other symmetric operations (performance.md 1.2). */
const cpuOfD = 0.75

export const objects: readonly BenchCase[] = sizes.flatMap(size =>
  (['put', 'get'] as const).map((does): BenchCase => ({
    name: `object ${does}, SSE-KMS, ${size.name}`,
    async run(bench) {
      const world = await bench.world()
      const stocked = await stock(world, size)
      return beside(world, { size, does, stocked }, bench.settings)
    },
  })),
)

interface Stocked {
  readonly account: BenchAccount
  readonly bucket: string
  readonly body: string
  readonly headersOf: (bucketKey: boolean) => Readonly<Record<string, string>>
}

async function stock(world: World, { bytes }: Size): Promise<Stocked> {
  const account = await addAccount(world)
  const bucket = `bench-${account.accountId}`
  const keyId = await newKey(world, askingKeys(world, account.root), {})
  await demand(world, askObjects(world, account.root, { method: 'PUT', path: `/${bucket}` }))
  const headersOf = (bucketKey: boolean) => ({
    [sse]: 'aws:kms',
    [`${sse}-aws-kms-key-id`]: keyId,
    [`${sse}-bucket-key-enabled`]: String(bucketKey),
  })
  return { account, bucket, body: 'x'.repeat(bytes), headersOf }
}

async function demand({ web }: World, exchange: Exchange): Promise<Reply> {
  const reply = await web.send(exchange)
  if (reply.status !== 200) throw new Error(`${exchange.method} ${exchange.path}: ${reply.status} ${reply.body.toString()}`)
  return reply
}

interface Doing {
  readonly size: Size
  readonly does: 'put' | 'get'
  readonly stocked: Stocked
}

async function prepared(world: World, { size, does, stocked }: Doing, bucketKey: boolean): Promise<Prepared> {
  const { account, bucket, body, headersOf } = stocked
  const pathOf = (at: number): string => `/${bucket}/${bucketKey ? 'bucket' : 'own'}/${at}`
  const put = (at: number): Exchange =>
    askObjects(world, account.root, { method: 'PUT', path: pathOf(at), body, headers: headersOf(bucketKey) })
  const get = (at: number): Exchange => askObjects(world, account.root, { method: 'GET', path: pathOf(at) })
  if (does === 'get') for (let at = 0; at < size.objects; at += 1) await demand(world, put(at))
  const asked = does === 'put' ? put : get
  return {
    exchanges: [asked(0), ...Array.from({ length: size.objects - 1 }, (_, at) => asked(at + 1))],
    async verify(reply) {
      if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${reply.body.toString()}`)
      if (reply.headers[sse] !== 'aws:kms') throw new Error('it is encrypted otherwise')
      if ((reply.headers[`${sse}-bucket-key-enabled`] === 'true') !== bucketKey) throw new Error('it has another kind of data key')
      const got = does === 'get' ? reply : await demand(world, get(0))
      if (!got.body.equals(Buffer.from(body))) throw new Error('other bytes came back')
    },
  }
}

async function beside(world: World, doing: Doing, how: { readonly seconds: number; readonly rounds: number }): Promise<readonly Row[]> {
  const { size, does } = doing
  const [own, shared] = [await prepared(world, doing, false), await prepared(world, doing, true)]
  const answer = await demand(world, own.exchanges[0])
  const work = does === 'put' ? 'seal-bytes' : 'open-bytes'
  const anchors = await startAnchors(world, { answer, work, workBytes: size.bytes }, ['A', 'D'])
  try {
    const title = `object ${does} ${size.name}`
    const targets: Target[] = [
      { ...productTarget(world, `${title} own`, own), name: ways[0].name },
      { ...productTarget(world, `${title} bucket`, shared), name: ways[1].name },
      ...anchors.map(anchor => anchorTarget(world, { ...anchor, answer, prepared: own })),
    ]
    // What is checked beside counts as the server's work, though not as requests: where few of them are long, it would be much of it.
    const few = size.bytes > 64 * 1024
    const rounds = await inRounds(few ? targets.map(target => ({ ...target, checkedBefore: true })) : targets, pressureOf(size, how))
    return rowsOf(doing, rounds)
  } finally {
    stopAnchors(anchors)
  }
}

function pressureOf({ connections, long }: Size, { seconds, rounds }: { readonly seconds: number; readonly rounds: number }) {
  if (long === undefined) return { connections, seconds, rounds }
  return { connections, seconds: Math.max(seconds, long.seconds), rounds: Math.min(rounds, long.rounds), warmed: false } as const
}

function rowsOf({ size, does }: Doing, rounds: readonly ReadonlyMap<string, Window>[]): readonly Row[] {
  const middle = (name: string, figure: (window: Window) => number): number => median(rounds.map(round => figure(windowOf(round, name))))
  const megabytes = ({ perSecond }: Window): number => (perSecond * size.bytes) / 1e6
  return ways.flatMap(way => {
    const ratios = (of: (full: Window, other: Window) => number, anchor: 'A' | 'D'): readonly number[] =>
      rounds.map(round => of(windowOf(round, way.name), windowOf(round, anchor)))
    const named = { case: `object ${does}, SSE-KMS, ${size.name}, ${way.name}` }
    const marks = rounds.flatMap(round => [...round.values()].flatMap(window => window.marks))
    const figures = {
      'requests/s': middle(way.name, window => window.perSecond),
      'MB/s': middle(way.name, megabytes),
      'µs cpu': middle(way.name, window => window.cpu),
      'ms p50': middle(way.name, window => window.p50 / 1_000),
      'A MB/s': middle('A', megabytes),
      'A µs cpu': middle('A', window => window.cpu),
      'D MB/s': middle('D', megabytes),
      'D µs cpu': middle('D', window => window.cpu),
    }
    return [
      rowOf({ ...named, anchor: 'D cpu', goal: cpuOfD, rounds: ratios((full, other) => other.cpu / full.cpu, 'D'), figures, marks }),
      rowOf({ ...named, anchor: 'A rate', rounds: ratios((full, other) => full.perSecond / other.perSecond, 'A'), marks }),
    ]
  })
}
