import { availableParallelism } from 'node:os'
import { loadNative } from '#adapters/native/native.ts'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemLog } from '#adapters/system/log.ts'
import { systemRandom } from '#adapters/system/random.ts'
import type { Config } from '#config'
import type { Context } from '#domain/context.ts'
import { createLifecycle, type Lifecycle } from '#domain/seal/states.ts'
import { createExportControl } from '#domain/disks/export-control.ts'
import type { Scheduler } from '#domain/jobs/scheduler.ts'
import { startSchedules } from './schedules.ts'
import { startAudit, type RunningAudit } from './audit.ts'
import { bringUp, type Home } from './bring-up.ts'
import { composeContext } from './context.ts'
import { openDataDirectory } from './data-directory.ts'
import { startDiskPlane, type DiskPlane } from './disk-plane.ts'
import { openListeners, type Listeners } from './listeners.ts'
import { openStore } from './store.ts'
import { diskFolderOf, runtimeOf } from './runtime.ts'

export interface RunningServer {
  readonly ports: Listeners['ports']
  readonly home: Home
  readonly seals: readonly string[]
  readonly state: () => string
  /** Drains and closes everything; resolves when the process may end. */
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly config: Config
  /** The process must end: an I/O error, a bug that leaves no ground to stand on. */
  readonly onFatal: (cause: Error) => void
  /** Somebody asked through the admin socket. */
  readonly onStopAsked: () => void
}

/** The one composition of the server: everything that names a concrete adapter is here or beside it. */
export async function startServer({ config, onFatal, onStopAsked }: ServerOptions): Promise<RunningServer> {
  const [clock, random] = [systemClock, systemRandom()]
  const log = systemLog({ level: config.logLevel, node: config.node })
  const life = createLifecycle('sealed')
  life.become('unsealing')
  const { dataDir, sealFile, stateHome } = config
  const directory = await openDataDirectory({ dataDir, sealFile, stateHome, clock, random })
  const { custody } = directory
  life.become('catching-up')
  const node = { id: config.node, boot: random.uuid() }
  const store = await openStore({ dataDir, custody, node, onFatal })
  const native = loadNative()
  const context = await composeContext({
    store,
    barrier: custody.barrier,
    clock,
    random,
    log,
    node,
    instance: {
      clusterId: custody.clusterId,
      installation: custody.installation,
      domain: config.domain,
      location: 'local',
      throttle: config.throttle === 'on',
    },
    modules: [softwareModule({ barrier: custody.barrier, random, native, threads: availableParallelism() })],
  })
  const home = await bringUp(context, custody)
  const audit = await startAudit({ custody, dataDir, log: store }, log)
  const control = createExportControl(context)
  const disks = startDiskPlane({ control, dataDir, socketDir: diskFolderOf(config), log })
  const schedules = startSchedules(context, disks)
  const runtime = runtimeOf({ config, context, home, audit, disks, control, life, native, seals: directory.seals, onStopAsked })
  const listeners = await openListeners({ config, context, custody, runtime, state: () => life.state() })
  runtime.know(listeners)
  life.become('active')
  return {
    ports: listeners.ports,
    home,
    seals: directory.seals,
    state: () => life.state(),
    async stop() {
      await stopInOrder({ life, listeners, schedules, disks, audit, context })
      control.stop()
      await store.close()
      custody.close()
      directory[Symbol.dispose]()
    },
  }
}

interface Stopping {
  readonly life: Lifecycle
  readonly listeners: Listeners
  readonly schedules: Scheduler
  readonly disks: DiskPlane
  readonly audit: RunningAudit
  readonly context: Context
}

/** What takes requests goes first, what they stand on last. */
async function stopInOrder({ life, listeners, schedules, disks, audit }: Stopping): Promise<void> {
  life.become('draining')
  await listeners.stop()
  await schedules.stop()
  await disks.stop()
  await audit.stop()
  life.become('sealed')
}
