// The product's own context over a data directory, without listeners: what seeds go in by. Brings an empty directory up as the first start does.
import { availableParallelism } from 'node:os'
import { fileObjectStore } from '#adapters/files/object-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemLog } from '#adapters/system/log.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { bringUp, type Home } from '#compose/bring-up.ts'
import { composeContext } from '#compose/context.ts'
import { filesOf, openDataDirectory } from '#compose/data-directory.ts'
import { openStore } from '#compose/store.ts'
import { defaults } from '#config'
import { beginCall, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { perform } from '#domain/perform.ts'
import type { Principal } from '#model/principal.ts'

export interface OpenInstance {
  readonly context: Context
  readonly home: Home
  close(): Promise<void>
}

interface Folders {
  readonly dataDir: string
  readonly stateHome: string
}

export async function openInstance({ dataDir, stateHome }: Folders): Promise<OpenInstance> {
  const [clock, random] = [systemClock, systemRandom()]
  const directory = await openDataDirectory({ dataDir, sealFile: undefined, stateHome, clock, random })
  const { custody } = directory
  const node = { id: 1, boot: random.uuid() }
  const store = await openStore({
    dataDir,
    custody,
    node,
    onFatal: cause => {
      throw cause
    },
  })
  const native = loadNative()
  const context = await composeContext({
    store,
    barrier: custody.barrier,
    clock,
    random,
    log: systemLog({ level: 'warn', node: node.id }),
    node,
    instance: {
      clusterId: custody.clusterId,
      installation: custody.installation,
      domain: defaults.domain,
      location: 'local',
      throttle: false,
      region: 'us-east-1',
      guardPolicies: false,
      attestationAuthorities: [],
    },
    modules: [softwareModule({ barrier: custody.barrier, random, native, threads: availableParallelism() })],
    objectStore: fileObjectStore(filesOf(dataDir).objects),
    byteMathematics: native.bytes,
    keyedMathematics: native.keyed,
  })
  const home = await bringUp(context, custody)
  return {
    context,
    home,
    async close() {
      await store.close()
      custody.close()
      directory[Symbol.dispose]()
    },
  }
}

const deadlineMs = 60_000

/**
 * Runs a verb as a request of `who` would be run: decided, committed, audited. Tells nobody: what many thousand seeds had to tell would be on its
 * way to its readers while cases are measured. Throws what it was refused with.
 */
export async function performAs<T>({ ground }: Context, who: Principal, verb: (call: Call) => Promise<T>): Promise<T> {
  const ends: ({ readonly result: T } | { readonly failed: unknown })[] = []
  await perform(ground, {
    deadlineAt: ground.clock.monotonic() + deadlineMs,
    begin: (decidedAt, keepsake) =>
      beginCall({
        source: { requestId: ground.random.uuid(), plane: 'bench' },
        at: ground.clock.now(),
        decidedAt,
        operation: 'Seed',
        resource: 'seed',
        who,
        keepsake,
      }),
    async run(call) {
      call.ruling = { allowed: true, by: 'bench' }
      ends.push({ result: await verb(call) })
      call.effects.length = 0
      return { status: 200 }
    },
    refuse(_call, error) {
      ends.push({ failed: error })
      return { status: 500 }
    },
  })
  // The last try is the one that counted.
  const end = ends.at(-1)
  if (end === undefined || 'failed' in end) throw end?.failed
  return end.result
}
