import { startAlarms, type AlarmWatch } from '#domain/alarms/watch.ts'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileObjectStore } from '#adapters/files/object-store.ts'
import { dropFolder } from '#adapters/mail/drop-folder.ts'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { adminSocketPath } from '#adapters/system/socket-path.ts'
import type { Config } from '#config'
import type { Context } from '#domain/context.ts'
import { lateDisks } from '#domain/disks/late-disks.ts'
import { createExportControl, type DiskExports } from '#domain/disks/export-control.ts'
import { volumeExports } from '#domain/volumes/volume-exports.ts'
import type { Scheduler } from '#domain/jobs/scheduler.ts'
import type { Custody } from '#domain/seal/custody.ts'
import type { DiskReader } from '#ports/disk-reader.ts'
import type { Post } from '#ports/post.ts'
import { watchingOf } from './alarms.ts'
import { auditOf, startAudit, type RunningAudit } from './audit.ts'
import { bringUp, type Home } from './bring-up.ts'
import { bringUpHomeAccount, type AccountAdministrator } from './bring-up-account.ts'
import { composeContext } from './context.ts'
import { filesOf } from './data-directory.ts'
import { meteredModule } from './metered-module.ts'
import { createMachineDoors, type MachineDoors } from './machine-doors.ts'
import { startDiskPlane, type DiskPlane } from './disk-plane.ts'
import { outsideOf, tokenClustersOf } from './outside.ts'
import { startSchedules } from './schedules.ts'
import { openStore } from './store.ts'
import { instanceOf, type World } from './world.ts'

/** All that stands while the instance is unsealed, and nothing of it longer. */
export interface Core {
  readonly context: Context
  readonly custody: Custody
  readonly home: Home & { readonly account: AccountAdministrator }
  readonly audit: RunningAudit
  readonly alarms: AlarmWatch
  readonly control: DiskExports
  readonly disks: DiskPlane
  readonly doors: MachineDoors
  /** Reads disks through their own exports. */
  readonly reader: DiskReader
  /** What it does by itself ends, each with its entry: schedules, exports, the audit's last checkpoint. */
  rest(): Promise<void>
  /** Keys go out of memory at once, whatever is under way with them. */
  dropKeys(): void
  /** After `rest`; or instead of it, when that took too long. */
  close(): Promise<void>
}

const ofWorld = ({ clock, random, log, meter, native }: World) => ({
  clock,
  random,
  log,
  meter,
  byteMathematics: native.bytes,
  keyedMathematics: native.keyed,
})

/** Opens the store under the custody and begins all that an instance does by itself. Rejects, with everything closed again, where it cannot. */
export async function openCore(world: World, custody: Custody): Promise<Core> {
  const { config, random, log, onFatal } = world
  await using opened = new AsyncDisposableStack()
  opened.defer(() => custody.close())
  const { dataDir, node: id } = config
  const node = { id, boot: random.uuid() }
  const store = opened.adopt(await openStore({ dataDir, custody, node, onFatal }), async one => one.close())
  const { barrier, clusterId } = custody
  barrier.workBy(world.native.keyed)
  const holders = openKeyHolders(opened, world, barrier)
  const late = lateDisks()
  const context = await composeContext({
    ...ofWorld(world),
    store,
    barrier,
    node,
    instance: instanceOf(world, clusterId),
    ...holders,
    objectStore: fileObjectStore(filesOf(dataDir).objects),
    diskBytes: late.diskBytes,
    ...auditOf(custody, store),
    ...outsideOf(config),
  })
  const home = { ...(await bringUp(context, custody)), account: await bringUpHomeAccount(context, custody) }
  const audit = await startAudit({ custody, dataDir, log: store }, log)
  const { control, disks } = startDisks(opened, { context, config, log, late })
  const alarms = startAlarms(context, watchingOf(config))
  const schedules = startSchedules(context, { disks, post: postOf(config) })
  const doors = opened.adopt(createMachineDoors(context), one => one.close())
  const rest = (): Promise<void> => atRest({ schedules, disks, doors, audit, alarms, control })
  const closing = opened.move()
  return {
    context,
    custody,
    home,
    audit,
    alarms,
    control,
    disks,
    doors,
    reader: nbdReader(async () => disks.socket()),
    rest,
    dropKeys() {
      custody.close()
      for (const one of [...holders.modules, holders.tokenClusters]) one[Symbol.dispose]()
    },
    close: async () => closing.disposeAsync(),
  }
}

/** Messages are in clear where they lie: only where the operator says, never in the data directory by itself. */
const postOf = ({ mailFolder, domain }: Config): Post | undefined => (mailFolder === undefined ? undefined : dropFolder(mailFolder, domain))

/** What has keys in memory or is logged in where they are. */
function openKeyHolders(opened: AsyncDisposableStack, world: World, barrier: Custody['barrier']) {
  const { config, random, native, clock } = world
  const module = opened.use(meteredModule(softwareModule({ barrier, random, native, threads: availableParallelism() }), world))
  return { modules: [module], tokenClusters: opened.use(tokenClustersOf(config, { clock, random })) }
}

/** Exports and the program that serves them, both ended with the rest. */
function startDisks(
  opened: AsyncDisposableStack,
  { context, config, log, late }: Pick<World, 'config' | 'log'> & Pick<Core, 'context'> & { readonly late: ReturnType<typeof lateDisks> },
): Pick<Core, 'control' | 'disks'> {
  const control = opened.adopt(exportsOf(context, config), one => one.stop())
  const needs = { control, dataDir: config.dataDir, socketDir: diskFolderOf(config), log }
  const disks = opened.adopt(startDiskPlane(needs), async one => one.kill())
  late.started(disks)
  return { control, disks }
}

/** Disks of every service that has some. */
const exportsOf = (context: Context, { revocationGraceSeconds }: Config): DiskExports =>
  createExportControl(context, { revocationGraceMs: revocationGraceSeconds * 1_000, sources: [volumeExports(context)] })

/** The NBD socket stands beside the admin socket. */
const diskFolderOf = (config: Config): string => dirname(adminSocketPath(config.dataDir, config.runtimeDir))

interface Resting {
  readonly schedules: Scheduler
  readonly doors: MachineDoors
  readonly disks: DiskPlane
  readonly audit: RunningAudit
  readonly alarms: AlarmWatch
  readonly control: DiskExports
}

/** Exports first: their data keys are to go soonest. The audit last: what the others say is in its last checkpoint. */
async function atRest({ schedules, disks, doors, audit, alarms, control }: Resting): Promise<void> {
  doors.close()
  control.stop()
  await Promise.all([disks.stop(), schedules.stop()])
  await alarms.stop()
  await audit.stop()
}
