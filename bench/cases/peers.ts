// Beside moto, which keeps all in memory, looks at no signature and writes no audit (performance.md 9). Over HTTP it, over TLS we.
import { motoIsThere, motoProgram, startMoto, type Moto } from '#bench/anchors/moto.ts'
import { addAccount, askingKeys, type Ask } from '#bench/account.ts'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { requestsFile } from '#bench/load.ts'
import { inRounds, type Target, type Window } from '#bench/measure.ts'
import { productTarget, windowOf } from '#bench/request-case.ts'
import { median } from '#bench/statistics.ts'
import type { Exchange, Reply } from '#bench/web.ts'
import type { World } from '#bench/world.ts'
import { join } from 'node:path'
import { z } from 'zod'
import { newKey } from './account-keys.ts'
import { json } from './keys.ts'

const connections = 8
/** performance.md 1.2, Peers. */
const goals = { rate: 2, cpu: 10 } as const
const Plaintext = Buffer.alloc(64, 'x').toString('base64')

interface Compared {
  readonly name: string
  readonly key: object
  readonly asked: (ask: Ask, KeyId: string) => Exchange
  /** What every right answer has. */
  readonly shape: z.ZodType
}

const [rsa, blob] = [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, z.string().min(1)]
const compared: readonly Compared[] = [
  {
    name: 'Encrypt',
    key: {},
    asked: (ask, KeyId) => ask('Encrypt', { KeyId, Plaintext }),
    shape: z.object({ CiphertextBlob: blob }),
  },
  {
    name: 'GenerateDataKey',
    key: {},
    asked: (ask, KeyId) => ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }),
    shape: z.object({ CiphertextBlob: blob, Plaintext: blob }),
  },
  {
    name: 'Sign RSA-2048',
    key: rsa,
    asked: (ask, KeyId) => ask('Sign', { KeyId, Message: Plaintext, SigningAlgorithm: 'RSASSA_PSS_SHA_256' }),
    shape: z.object({ Signature: blob }),
  },
  {
    name: 'DescribeKey',
    key: {},
    asked: (ask, KeyId) => ask('DescribeKey', { KeyId }),
    shape: z.object({ KeyMetadata: z.object({ KeyId: blob }) }),
  },
]

export const peers: readonly BenchCase[] = compared.map((one): BenchCase => ({
  name: `account key ${one.name} beside moto`,
  async run(bench) {
    if (!motoIsThere()) {
      bench.say(`   skipped: there is no ${motoProgram}`)
      return []
    }
    const world = await bench.world()
    const moto = await startMoto()
    try {
      const targets = [await ours(world, one), await theirs(world, moto, one)]
      return rowsOf(one, await inRounds(targets, { ...bench.settings, connections }))
    } finally {
      await moto.stop()
    }
  },
}))

async function ours(world: World, { name, key, asked, shape }: Compared): Promise<Target> {
  const ask = askingKeys(world, (await addAccount(world)).root)
  const exchange = asked(ask, await newKey(world, ask, key))
  return productTarget(world, `${name} beside moto`, { exchanges: [exchange], verify: async reply => demand(shape, reply) })
}

async function theirs(world: World, moto: Moto, { name, key, asked, shape }: Compared): Promise<Target> {
  const ask = askingKeys(world, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody looks' })
  const created = z.object({ KeyMetadata: z.object({ KeyId: z.string() }) }).parse(json(await moto.send(ask('CreateKey', key))))
  const exchange = asked(ask, created.KeyMetadata.KeyId)
  const { pid, port } = moto
  const { folder, environment } = world.instance
  return {
    name: 'moto',
    pid,
    port,
    plain: true,
    host: '127.0.0.1',
    requestsFile: requestsFile(join(folder, `moto-${name.replaceAll(/\W+/g, '-')}.requests`), [moto.raw(exchange)]),
    caFile: environment.caFile,
    check: async () => demand(shape, await moto.send(exchange)),
  }
}

const demand = (shape: z.ZodType, reply: Reply): void => void shape.parse(json(reply))

function rowsOf({ name }: Compared, rounds: readonly ReadonlyMap<string, Window>[]): readonly Row[] {
  const pairs = rounds.map(round => ({ product: windowOf(round, 'product'), moto: windowOf(round, 'moto') }))
  const marks = pairs.flatMap(({ product, moto }) => [...product.marks, ...moto.marks])
  const middle = (of: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(of))
  const title = `account key ${name}, ${connections} connections`
  return [
    rowOf({
      case: title,
      anchor: 'moto rate',
      goal: goals.rate,
      rounds: pairs.map(({ product, moto }) => product.perSecond / moto.perSecond),
      figures: {
        'requests/s': middle(({ product }) => product.perSecond),
        'ms p50': middle(({ product }) => product.p50 / 1_000),
        'ms p99': middle(({ product }) => product.p99 / 1_000),
        'moto requests/s': middle(({ moto }) => moto.perSecond),
        'moto ms p50': middle(({ moto }) => moto.p50 / 1_000),
        'moto ms p99': middle(({ moto }) => moto.p99 / 1_000),
      },
      marks,
    }),
    rowOf({
      case: title,
      anchor: 'moto cpu',
      goal: goals.cpu,
      rounds: pairs.map(({ product, moto }) => moto.cpu / product.cpu),
      figures: { 'µs cpu': middle(({ product }) => product.cpu), 'moto µs cpu': middle(({ moto }) => moto.cpu) },
      marks,
    }),
  ]
}
