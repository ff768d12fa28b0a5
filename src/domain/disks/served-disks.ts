import { millis } from '#model/brands.ts'
import type { BlockStore, ChunkStore } from '#ports/block-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { LyingDisk } from '#ports/disk-bytes.ts'
import type { ExportControl, OpenDisk, OpenRefusal } from '#ports/export-control.ts'
import type { Log } from '#ports/log.ts'
import type { OpenSectorCipher } from '#ports/sector-cipher.ts'
import type { BlockDevice } from './block-device.ts'
import { leaseReader } from './key-lease.ts'
import { alike, openChunks, ServedDisk } from './served-disk.ts'
import type { OpenChunks } from './served-disk.ts'

export interface ServedDisksNeeds {
  readonly control: ExportControl
  readonly store: BlockStore
  readonly openCipher: OpenSectorCipher
  readonly clock: Clock
  readonly log: Log
}

/** One connection's hold on an export. Ask `usable` before each use of `device`, which changes when DEKs have come anew. */
export interface Attachment {
  readonly size: number
  readonly readOnly: boolean
  readonly device: BlockDevice
  usable(): boolean
  /** Takes the hold back; the last one flushes and closes the disk. */
  release(): Promise<void>
}

export interface Refusal {
  readonly refused: OpenRefusal
  readonly why: string
}

/** A refused reopening is asked for again after so long: within the second in which a key that is back must work. */
const reopenRestMs = 500

const reasons = { suspended: 'the key is not usable', resumed: 'the key is usable again' } as const

/** The exports that are open in this program, each under its unguessable name. Several names of one disk share its chunks. */
export class ServedDisks {
  readonly #needs: ServedDisksNeeds
  readonly #served = new Map<string, ServedDisk>()
  readonly #open = new Map<string, OpenChunks>()
  /** Names that the control plane is being asked for. */
  readonly #opening = new Map<string, Promise<void>>()
  readonly #closing = new Map<string, Promise<void>>()
  readonly #reopening = new Set<ServedDisk>()
  /** What is done with a disk's chunks besides exporting them: one thing after the other. */
  readonly #uses = new Map<string, Promise<void>>()
  readonly #used = new Map<OpenChunks, Promise<void>>()

  constructor(needs: ServedDisksNeeds) {
    this.#needs = needs
  }

  /**
   * Asks the control plane (permit, audit, one unwrap) for what is not open. A further connection joins what is: the lease says at every
   * request, then as before, whether the key may be used. `dropped` is called when the export is closed under the connection.
   */
  async attach(name: string, dropped: () => void): Promise<Attachment | Refusal> {
    // Connections of one client come together: the first opens, the others see how it went.
    for (let first = this.#opening.get(name); first !== undefined; first = this.#opening.get(name)) await first
    const served = this.#served.get(name)
    if (served?.usable(this.#needs.clock.now()) === true) return this.#join(served, dropped)
    const opened = this.#openAnew(name, dropped)
    const over = settled(opened).finally(() => this.#opening.delete(name))
    this.#opening.set(name, over)
    return opened
  }

  /** Drops the connections of an export; resolves when its bytes are durable and its DEKs gone. */
  async close(name: string, why: string): Promise<void> {
    const served = this.#served.get(name)
    if (served === undefined) return
    const connections = [...served.connections]
    served.connections.clear()
    const ended = this.#end(served, why)
    for (const dropped of connections) dropped()
    await ended
  }

  /** Looks at the leases: reports what changed, drops DEKs of lapsed ones, opens anew what is usable again. Four times a second. */
  tick(): void {
    const now = this.#needs.clock.now()
    for (const served of this.#served.values()) {
      const change = served.look(now)
      if (change !== undefined) this.#report(served.name, change, reasons[change])
      if (served.wantsKeys(now) && !this.#reopening.has(served)) void this.#reopen(served)
    }
  }

  /** Makes durable what nobody asked to be: bounds the loss where a client does not flush. */
  async writeBack(): Promise<void> {
    for (const chunks of this.#open.values()) await this.#flush(chunks)
  }

  /** A disk's chunks for what is no export: those that its exports share, or opened for so long. */
  async using<T>(disk: LyingDisk, run: (store: ChunkStore) => Promise<T>): Promise<T> {
    const used = (this.#uses.get(disk.diskId) ?? Promise.resolve()).then(async () => this.#use(disk, run))
    const over = settled(used)
    this.#uses.set(disk.diskId, over)
    try {
      return await used
    } finally {
      if (this.#uses.get(disk.diskId) === over) this.#uses.delete(disk.diskId)
    }
  }

  /** The disk was deleted: exports of it are closed, its chunks unlinked. */
  async remove(diskId: string): Promise<void> {
    const exports = () => [...this.#served.values()].filter(({ chunks }) => chunks.identity.diskId === diskId)
    // Who waited for a closing to end may have opened it once more.
    for (let open = exports(); open.length > 0 || this.#closing.has(diskId); open = exports()) {
      await Promise.all(open.map(({ name }) => this.close(name, 'the disk was deleted')))
      await this.#closing.get(diskId)
    }
    await this.#needs.store.remove(diskId)
  }

  async stop(why: string): Promise<void> {
    await Promise.all(Array.from(this.#served.keys(), name => this.close(name, why)))
    await Promise.all(this.#closing.values())
  }

  async #use<T>(disk: LyingDisk, run: (store: ChunkStore) => Promise<T>): Promise<T> {
    const { sizeBytes, ...identity } = disk
    for (let end = this.#closing.get(disk.diskId); end !== undefined; end = this.#closing.get(disk.diskId)) await end
    const open = this.#open.get(disk.diskId)
    const store = open?.store ?? this.#needs.store.open(identity, sizeBytes)
    const work = run(store)
    if (open !== undefined) this.#used.set(open, settled(work))
    // Whoever wants to export it meanwhile waits as for one that is being closed.
    else this.#closing.set(disk.diskId, settled(work))
    try {
      return await work
    } finally {
      if (open === undefined) {
        store.close()
        this.#closing.delete(disk.diskId)
      } else this.#used.delete(open)
    }
  }

  async #openAnew(name: string, dropped: () => void): Promise<Attachment | Refusal> {
    const answer = await this.#needs.control.open({ name, reason: 'negotiation' })
    if ('refused' in answer) return answer
    try {
      return await this.#hold(name, answer.disk, dropped)
    } finally {
      zeroDeks(answer.disk)
    }
  }

  async #hold(name: string, disk: OpenDisk, dropped: () => void): Promise<Attachment | Refusal> {
    // A disk that is being closed opens again when its last write is durable.
    for (let end = this.#closing.get(disk.diskId); end !== undefined; end = this.#closing.get(disk.diskId)) await end
    // The key was lost, or the disk deleted, while the answer was on its way.
    if (!leaseReader(disk.lease).usable(this.#needs.clock.now())) return this.#turnAway(name, 'policy', 'the key is not usable')
    const served = this.#served.get(name) ?? this.#admit(name, disk)
    if (served === undefined || !alike(served.chunks, disk)) return this.#turnAway(name, 'unavailable', 'the disk is open in another shape')
    served.connections.add(dropped)
    try {
      served.renew(disk, this.#needs.openCipher)
    } catch (cause) {
      await this.#release(served, dropped)
      throw cause
    }
    return this.#attachment(served, dropped)
  }

  /** What was opened and is not served has its end in the audit too. */
  #turnAway(name: string, refused: OpenRefusal, why: string): Refusal {
    if (!this.#served.has(name)) this.#report(name, 'closed', why)
    return { refused, why }
  }

  #join(served: ServedDisk, dropped: () => void): Attachment {
    served.connections.add(dropped)
    return this.#attachment(served, dropped)
  }

  #admit(name: string, disk: OpenDisk): ServedDisk | undefined {
    const chunks = this.#open.get(disk.diskId) ?? openChunks(this.#needs.store, disk)
    if (!alike(chunks, disk)) return undefined
    this.#open.set(disk.diskId, chunks)
    const served = new ServedDisk(name, chunks, disk)
    this.#served.set(name, served)
    return served
  }

  #attachment(served: ServedDisk, dropped: () => void): Attachment {
    const { clock } = this.#needs
    return {
      size: served.chunks.size,
      readOnly: served.readOnly,
      get device() {
        return served.device
      },
      usable: () => served.usable(clock.now()),
      release: () => this.#release(served, dropped),
    }
  }

  async #release(served: ServedDisk, dropped: () => void): Promise<void> {
    if (served.connections.delete(dropped) && served.connections.size === 0) await this.#end(served, 'no connection uses it')
  }

  async #end(served: ServedDisk, why: string): Promise<void> {
    if (this.#served.get(served.name) !== served) return
    this.#served.delete(served.name)
    served.end()
    const { chunks } = served
    if (![...this.#served.values()].some(other => other.chunks === chunks)) await this.#close(chunks)
    this.#report(served.name, 'closed', why)
  }

  async #close(chunks: OpenChunks): Promise<void> {
    const { diskId } = chunks.identity
    this.#open.delete(diskId)
    const closed = (this.#used.get(chunks) ?? Promise.resolve())
      .then(async () => this.#flush(chunks))
      .finally(() => {
        chunks.store.close()
        this.#closing.delete(diskId)
      })
    this.#closing.set(diskId, closed)
    await closed
  }

  async #flush({ store, identity }: OpenChunks): Promise<void> {
    try {
      await store.flush()
    } catch (cause) {
      this.#needs.log.error('disk.flush-failed', cause, { disk: identity.diskId })
    }
  }

  /** The lease came back after the DEKs had gone: nobody has to reconnect. */
  async #reopen(served: ServedDisk): Promise<void> {
    this.#reopening.add(served)
    try {
      const answer = await this.#needs.control.open({ name: served.name, reason: 'reopen' })
      if ('refused' in answer) served.reopenAt = millis(this.#needs.clock.now() + reopenRestMs)
      else await this.#renew(served, answer.disk)
    } catch (cause) {
      this.#needs.log.error('disk.reopen-failed', cause, { disk: served.chunks.identity.diskId })
    } finally {
      this.#reopening.delete(served)
    }
  }

  async #renew(served: ServedDisk, disk: OpenDisk): Promise<void> {
    try {
      if (this.#served.get(served.name) !== served) return
      if (alike(served.chunks, disk)) served.renew(disk, this.#needs.openCipher)
      else await this.close(served.name, 'the disk has another shape now')
    } finally {
      zeroDeks(disk)
    }
  }

  #report(name: string, what: 'suspended' | 'resumed' | 'closed', why: string): void {
    this.#needs.control.report(name, what, why).catch((cause: unknown) => {
      this.#needs.log.error('disk.report-failed', cause, { state: what })
    })
  }
}

const settled = async (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  )

function zeroDeks(disk: OpenDisk): void {
  for (const layer of disk.layers) layer.dek.fill(0)
}
