import { millis, type Millis } from '#model/brands.ts'
import type { BlockStore, ChunkIdentity, ChunkStore } from '#ports/block-store.ts'
import type { KeyLease, OpenDisk } from '#ports/export-control.ts'
import type { OpenSectorCipher, SectorCipher } from '#ports/sector-cipher.ts'
import type { BlockDevice } from './block-device.ts'
import { chunkDevice } from './chunk-device.ts'
import { cipherDevice } from './cipher-device.ts'
import { holdLease, leaseReader } from './key-lease.ts'

/** A disk's chunks, shared by the exports of it. */
export interface OpenChunks {
  readonly identity: ChunkIdentity
  readonly size: number
  readonly store: ChunkStore
}

/** Opens the chunks of what the control plane has opened. A disk without a ciphertext layer is a bug of the control plane's. */
export function openChunks(store: BlockStore, disk: OpenDisk): OpenChunks {
  if (disk.layers.length === 0) throw new Error('a disk without a ciphertext layer is not served')
  const { diskId, epoch, lineage } = disk
  const identity = { diskId, dekIds: disk.layers.map(layer => layer.dekId), epoch, ...(lineage !== undefined && { lineage }) }
  return { identity, size: disk.sizeBytes, store: store.open(identity, disk.sizeBytes) }
}

/** A disk that was re-keyed or taken over, or shrank, must be closed by all before it is served again. One that grew is served as large as it was told to be until then. */
export function alike({ identity, size }: OpenChunks, disk: OpenDisk): boolean {
  const same = identity.diskId === disk.diskId && identity.epoch === disk.epoch && size <= disk.sizeBytes
  return same && identity.dekIds.join() === disk.layers.map(layer => layer.dekId).join()
}

/** One export: chunks, and the ciphers and the lease that come and go over them. */
export class ServedDisk {
  readonly name: string
  readonly chunks: OpenChunks
  readonly readOnly: boolean
  /** Called when the export is closed under a connection. */
  readonly connections = new Set<() => void>()
  /** Not before then, where it was refused. */
  reopenAt = millis(0)
  #lease: KeyLease
  #letGo: () => void
  #device: BlockDevice | undefined
  #ciphers: readonly SectorCipher[] = []
  #suspended = false

  constructor(name: string, chunks: OpenChunks, disk: OpenDisk) {
    this.name = name
    this.chunks = chunks
    this.readOnly = disk.readOnly
    this.#lease = leaseReader(disk.lease)
    this.#letGo = holdLease(disk.lease)
  }

  /** What was opened last is what counts; its DEKs are needed only where there are none. */
  renew(disk: OpenDisk, openCipher: OpenSectorCipher): void {
    const letGo = this.#letGo
    this.#letGo = holdLease(disk.lease)
    letGo()
    this.#lease = leaseReader(disk.lease)
    if (this.#device !== undefined) return
    const ciphers: SectorCipher[] = []
    try {
      for (const layer of disk.layers) ciphers.push(openCipher(layer.dek))
    } catch (cause) {
      for (const cipher of ciphers) cipher[Symbol.dispose]()
      throw cause
    }
    this.#ciphers = ciphers
    this.#device = ciphers.reduce(cipherDevice, chunkDevice(this.chunks.store, this.chunks.size))
  }

  /** The lease is usable again after the keys had gone, and it is time to ask for them. */
  wantsKeys(now: Millis): boolean {
    return this.#device === undefined && now >= this.reopenAt && this.#lease.usable(now)
  }

  /** A bug where it is asked without `usable`. */
  get device(): BlockDevice {
    if (this.#device === undefined) throw new Error('a device is asked for without its keys')
    return this.#device
  }

  usable(now: Millis): boolean {
    return this.#device !== undefined && this.#lease.usable(now)
  }

  /** What to report since the last look. DEKs of a lapsed lease are dropped here. */
  look(now: Millis): 'suspended' | 'resumed' | undefined {
    const leased = this.#lease.usable(now)
    if (!leased && this.#lease.lapsed(now)) this.dropKeys()
    if (leased !== this.#suspended) return undefined
    this.#suspended = !leased
    return leased ? 'resumed' : 'suspended'
  }

  /** Nothing is served under it any more. */
  end(): void {
    this.dropKeys()
    this.#letGo()
    this.#letGo = () => undefined
  }

  dropKeys(): void {
    for (const cipher of this.#ciphers) cipher[Symbol.dispose]()
    this.#ciphers = []
    this.#device = undefined
  }
}
