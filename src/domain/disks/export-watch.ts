import type { Context } from '#domain/context.ts'
import type { HeldDisk } from './disk-standing.ts'
import { WatchedExport, type ExportEntry } from './watched-export.ts'

export interface ExportWatch {
  /** Watches an export from now on; resolves with its lease once the first look has decided. */
  add(name: string, disk: HeldDisk): Promise<SharedArrayBuffer>
  /** Has the control plane itself said so already? The data plane sees each change of a lease a moment later. */
  explains(name: string, what: 'suspended' | 'resumed' | 'closed'): boolean
  /** One entry of an export's life, in the order of what happened. */
  record(name: string, entry: ExportEntry): Promise<void>
  stop(): void
}

/** security-and-reliability.md 3.5: at every change that matters, and each second for what time alone changes. */
const beatMs = 1_000
/** The data plane looks at its leases four times a second: what it reports so soon after a change of ours is that change. */
const echoMs = 1_500

/** Keeps the leases of the exports that were opened: an export stands until its disk is deleted or the instance ends. */
export function createExportWatch(context: Context): ExportWatch {
  const { clock, view } = context.ground
  const watched = new Map<string, WatchedExport>()
  let stopped = false

  async function review(name: string, one: WatchedExport): Promise<void> {
    if ((await one.review()) || !watched.delete(name)) return
    await one.record({ operation: 'DiskExportClosed', why: 'the disk was deleted' })
  }
  const reviewSoon = (name: string, one: WatchedExport): void => {
    review(name, one).catch((cause: unknown) => {
      context.log.error('disk.entry-failed', cause)
    })
  }
  function tick(): void {
    if (stopped) return
    for (const [name, one] of watched) reviewSoon(name, one)
    beat = clock.after(beatMs, tick)
  }
  view.onNews(news => {
    if (stopped) return
    for (const [name, one] of watched) if (one.touchedBy(news)) reviewSoon(name, one)
  })
  let beat = clock.after(beatMs, tick)

  return {
    async add(name, disk) {
      const one = watched.getOrInsertComputed(name, () => new WatchedExport(context, disk))
      await review(name, one)
      return one.lease
    },
    explains(name, what) {
      const one = watched.get(name)
      if (one === undefined) return true
      if (what === 'closed') return false
      return one.usable === (what === 'resumed') || clock.monotonic() - one.changedAt < echoMs
    },
    async record(name, entry) {
      await watched.get(name)?.record(entry)
    },
    stop() {
      stopped = true
      beat()
    },
  }
}
