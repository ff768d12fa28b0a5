import { loadNative } from '#adapters/native/native.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemLog } from '#adapters/system/log.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { reachesOut, type Config, type ConfigReading } from '#config'
import { createSealAttempts } from '#domain/seal/attempts.ts'
import { clusterIdOf } from '#domain/seal/boot.ts'
import { createMeter } from '#domain/meter.ts'
import { createLifecycle } from '#domain/seal/states.ts'
import { takeDataDirectory, type DataDirectory } from './data-directory.ts'
import { createListeners, type Ports } from './listeners.ts'
import { isDevelopment } from './runtime.ts'
import { createSealKeeper } from './seal-keeping.ts'
import { Sealing } from './sealing.ts'
import { reloader } from './reload.ts'
import type { StopHow, World } from './world.ts'

export interface RunningServer {
  readonly ports: Ports
  /** Kinds of the seals there are. */
  readonly seals: readonly string[]
  /** Nothing but key files: nobody need be present to open it. */
  readonly development: boolean
  readonly state: () => string
  /** Why it is sealed, if it is. */
  readonly because: () => string
  /** Drains and closes everything; resolves when the process may end. */
  stop(how?: StopHow): Promise<void>
  /** The configuration as it reads now: what may change is changed, what may not is named in the log. */
  reload(reading: ConfigReading): Promise<void>
}

export interface ServerOptions {
  readonly config: Config
  /** Of Keystead. */
  readonly version: string
  /** The process must end: an I/O error, a bug that leaves no ground to stand on. */
  readonly onFatal: (cause: Error) => void
  /** Somebody asked through the admin socket. */
  readonly onStopAsked: (how: StopHow) => void
}

/** It would be reached from other machines, and opens without anybody present by a file on this one (security-and-reliability.md 5.6). */
export class DevelopmentExposed extends Error {}

/** The one composition of the server: everything that names a concrete adapter is here or beside it. Resolves when it answers, sealed or not. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const world = worldOf(options)
  const { config, clock, random, life } = world
  const { dataDir, sealFile, token, stateHome } = config
  const directory = takeDataDirectory({ dataDir, sealFile, token, stateHome, clock, random })
  try {
    const { sealing, listeners, keeper } = await startIn(world, directory)
    return {
      ports: listeners.ports(),
      seals: keeper.kinds(),
      development: isDevelopment(keeper.kinds()),
      state: () => life.state(),
      because: () => sealing.because(),
      reload: reloader(world, { listeners, enter: async details => sealing.enterReload(details) }),
      async stop(how = {}) {
        await sealing.stop(how)
        directory[Symbol.dispose]()
      },
    }
  } catch (error) {
    directory[Symbol.dispose]()
    throw error
  }
}

function worldOf({ config, version, onFatal, onStopAsked }: ServerOptions): World {
  return {
    config,
    clock: systemClock,
    random: systemRandom(),
    log: systemLog({ level: config.logLevel, node: config.node }),
    native: loadNative(),
    live: { throttle: config.throttle === 'on' },
    life: createLifecycle('sealed'),
    meter: createMeter(),
    version,
    started: systemClock.now(),
    onFatal,
    onStopAsked,
  }
}

async function startIn(world: World, directory: DataDirectory) {
  const { config, clock, random, life } = world
  life.become('unsealing')
  const opened = await directory.open()
  const attempts = createSealAttempts(clock)
  const keeper = createSealKeeper({ directory, dataDir: config.dataDir, token: config.token, clock, random, attempts })
  if (reachesOut(config) && !config.riskDevelopment && isDevelopment(keeper.kinds())) throw new DevelopmentExposed()
  const listeners = createListeners(world)
  const clusterId = clusterIdOf(directory.boot) ?? ''
  const sealing = new Sealing({ world, clusterId, listeners, keeper, attempts, reopen: async () => directory.open() })
  await sealing.begin(opened)
  return { sealing, listeners, keeper }
}
