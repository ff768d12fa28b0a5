import type { Clock } from '#ports/clock.ts'
import type { Context } from '#domain/context.ts'
import type { Exported } from './exported.ts'
import { WatchedExport, type ExportEntry } from './watched-export.ts'

export interface ExportWatch {
  /** Watches an export from now on; resolves with its lease once the first look has decided. */
  add(name: string, exported: Exported): Promise<SharedArrayBuffer>
  /** Has the control plane itself said so already? The data plane sees each change of a lease a moment later. */
  explains(name: string, what: 'suspended' | 'resumed' | 'closed'): boolean
  /** One entry of an export's life, in the order of what happened. */
  record(name: string, entry: ExportEntry): Promise<void>
  /** How many the data plane serves. */
  held(): number
  stop(): void
}

/** security-and-reliability.md 3.5: at every change that matters, and each second for what time alone changes. */
const beatMs = 1_000
/** The data plane looks at its leases four times a second: what it reports so soon after a change of ours is that change. */
const echoMs = 1_500

/** Between the answer to an opening and the first hold lies a message; what nobody holds for so long is not open any more. */
const unheldMs = 30_000

interface Watched {
  readonly one: WatchedExport
  /** Monotonic milliseconds of the last opening. */
  openedAt: number
  /** Each export has its own beat: a thousand of them are not looked at in one go. */
  readonly cancel: () => void
}

function eachBeat(clock: Clock, run: () => void): () => void {
  const beat = (): void => {
    cancel = clock.after(beatMs, beat)
    run()
  }
  let cancel = clock.after(beatMs, beat)
  return () => {
    cancel()
  }
}

/** Looks at exports: each at its own beat, and at the news that touch it. */
interface Looks {
  readonly exports: ReadonlyMap<string, Watched>
  admit(name: string, exported: Exported): Watched
  /** Resolves when the lease is as the key stands. */
  review(name: string, watched: Watched): Promise<void>
  stop(): void
}

function createLooks(context: Context, graceMs: number): Looks {
  const { clock, view } = context.ground
  const exports = new Map<string, Watched>()
  let stopped = false
  function drop(name: string, watched: Watched): boolean {
    watched.cancel()
    return exports.get(name) === watched && exports.delete(name)
  }
  async function review(name: string, watched: Watched): Promise<void> {
    const { one } = watched
    if ((await one.review()) || !drop(name, watched) || !one.held) return
    await one.record({ operation: 'DiskExportClosed', why: 'the disk was deleted, or is exported no more' })
  }
  const reviewSoon = (name: string, watched: Watched): void => {
    review(name, watched).catch((cause: unknown) => {
      context.log.error('disk.entry-failed', cause)
    })
  }
  function begin(name: string, exported: Exported): Watched {
    const watched: Watched = {
      one: new WatchedExport(context, exported, graceMs),
      openedAt: clock.monotonic(),
      cancel: eachBeat(clock, () => {
        const over = !watched.one.held && clock.monotonic() - watched.openedAt >= unheldMs
        if (over) drop(name, watched)
        else reviewSoon(name, watched)
      }),
    }
    return watched
  }
  view.onNews(news => {
    if (stopped) return
    for (const [name, watched] of exports) if (watched.one.touchedBy(news)) reviewSoon(name, watched)
  })
  return {
    exports,
    admit(name, exported) {
      const watched = exports.getOrInsertComputed(name, () => begin(name, exported))
      watched.openedAt = clock.monotonic()
      return watched
    },
    review,
    stop() {
      stopped = true
      for (const { cancel } of exports.values()) cancel()
    },
  }
}

/** Keeps the leases of exports while the data plane serves them: it says so in the lease itself. */
export function createExportWatch(context: Context, graceMs: number): ExportWatch {
  const { clock } = context.ground
  const looks = createLooks(context, graceMs)
  return {
    async add(name, exported) {
      const watched = looks.admit(name, exported)
      await looks.review(name, watched)
      return watched.one.lease
    },
    explains(name, what) {
      const one = looks.exports.get(name)?.one
      if (one === undefined) return true
      if (what === 'closed') return false
      return one.usable === (what === 'resumed') || clock.monotonic() - one.changedAt < echoMs
    },
    async record(name, entry) {
      await looks.exports.get(name)?.one.record(entry)
    },
    held: () => looks.exports.values().reduce((sum, { one }) => sum + (one.held ? 1 : 0), 0),
    stop() {
      looks.stop()
    },
  }
}
