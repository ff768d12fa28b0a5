import type { RecordId } from '#model/brands.ts'
import type { Change } from '#ports/record-store.ts'
import type { Context } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { DiskStanding } from './disk-standing.ts'
import type { Exported } from './exported.ts'
import { leaseWriter, newLease, type LeaseWriter } from './key-lease.ts'
import { lookCall } from './look.ts'

export interface ExportEntry {
  readonly operation: 'DiskExportSuspended' | 'DiskExportResumed' | 'DiskExportClosed'
  readonly why: string
}

/** One export that was opened: its lease, what the lease hangs on, and the entries of its life. */
export class WatchedExport {
  readonly lease = newLease()
  readonly #context: Context
  readonly #exported: Exported
  readonly #writer: LeaseWriter
  /** What the last look has read; filled while it goes on, so that news of what it has read make it look again. */
  #reads: ReadonlySet<RecordId> = new Set()
  readonly #graceMs: number
  /** When the key was found lost, in monotonic milliseconds; `undefined` while it is usable. */
  #lostAt: number | undefined
  /** It was opened: the first look finds it so, or it is the first suspension. */
  #usable = true
  #changedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<boolean> | undefined
  /** Counts what asked for a look. */
  #asked = 0
  #entries: Promise<void> = Promise.resolve()

  constructor(context: Context, exported: Exported, graceMs: number) {
    this.#context = context
    this.#exported = exported
    this.#graceMs = graceMs
    this.#writer = leaseWriter(this.lease)
  }

  get usable(): boolean {
    return this.#usable
  }

  /** Monotonic milliseconds of the last suspension or resumption. */
  get changedAt(): number {
    return this.#changedAt
  }

  /** Does the data plane serve it? What happens to a key that no export uses is no event of an export's. */
  get held(): boolean {
    return this.#writer.held()
  }

  touchedBy(news: readonly Change[]): boolean {
    return news.some(change => change.ruling || this.#reads.has(change.id))
  }

  /** Looks at the key and moves the lease; resolves false where the disk is no more: the lease is over. */
  async review(): Promise<boolean> {
    this.#asked += 1
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Writes one entry, after those that are on their way. */
  async record(entry: ExportEntry): Promise<void> {
    const written = this.#entries.then(async () => {
      await performAsSystem(this.#context, {
        operation: entry.operation,
        resource: this.#exported.resource,
        run: async call => {
          call.details.set('why', entry.why)
          return Promise.resolve(true)
        },
      })
    })
    this.#entries = written.catch(() => undefined)
    return written
  }

  async #look(): Promise<boolean> {
    try {
      for (;;) {
        const asked = this.#asked
        const standing = await this.#standing()
        // News that came meanwhile may have changed what was just read: nothing is confirmed on old ground.
        if (asked !== this.#asked) continue
        if (standing === undefined) {
          this.#writer.revoke()
          return false
        }
        this.#apply(standing)
        return true
      }
    } catch (cause) {
      // What cannot be judged is not usable.
      this.#writer.suspend()
      this.#context.log.error('disk.look-failed', cause)
      return true
    }
  }

  async #standing(): Promise<DiskStanding | undefined> {
    const call = lookCall(this.#context)
    this.#reads = call.reads
    const now = await this.#exported.again(call)
    return now?.standing(call)
  }

  #apply(standing: DiskStanding): void {
    const { clock } = this.#context.ground
    const usable = standing.usable || this.#inGrace(clock.monotonic())
    if (standing.usable) this.#lostAt = undefined
    if (usable) this.#writer.confirm(clock.now())
    else this.#writer.suspend()
    if (usable === this.#usable) return
    this.#usable = usable
    this.#changedAt = clock.monotonic()
    if (!this.held) return
    // The entry follows what was done to the lease; it never holds it up.
    this.record(
      standing.usable
        ? { operation: 'DiskExportResumed', why: 'the key is usable again' }
        : { operation: 'DiskExportSuspended', why: standing.because },
    ).catch((cause: unknown) => {
      this.#context.log.error('disk.entry-failed', cause)
    })
  }

  /** Counts from the first look that found the key lost. */
  #inGrace(now: number): boolean {
    this.#lostAt ??= now
    return now - this.#lostAt < this.#graceMs
  }
}
