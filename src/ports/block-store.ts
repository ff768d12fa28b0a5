import type { Bytes, CompartmentId, Millis } from '#model/brands.ts'
import type { SectorCipher } from './sector-cipher.ts'

/** Bytes per chunk of a disk's data, without its header. */
export const chunkBytes = 4 * 1024 * 1024
/** A data unit: what one allocation bit and one XTS tweak stand for. */
export const sectorBytes = 512

/** What a chunk's header says besides its allocation bitmap (design.md 7). */
export interface ChunkIdentity {
  readonly diskId: string
  /** 32 hex digits each: the data keys of the layers, outermost first. */
  readonly dekIds: readonly string[]
  /** Of the node that serves the disk: a fenced-off one writes nothing. */
  readonly epoch: number
  /** What its headers have as their disk: the one whose chunks these were at first, under the same data keys. Absent: itself. */
  readonly lineage?: string
}

/** A disk that is to begin with the chunks of another; the compartment of the record that will name it. */
export interface NewDisk {
  readonly diskId: string
  readonly compartment: CompartmentId
}

/** Chunks that no record was seen to name yet: what a writer that died may have left. */
export interface UnconfirmedDisk extends NewDisk {
  readonly since: Millis
}

/** A byte of a disk: in which chunk, and where in its data. */
export interface InChunk {
  readonly chunk: number
  readonly within: number
}

/** One disk's chunks, synchronous but for flush; only the data plane's program opens one. */
export interface ChunkStore {
  /** One bit a sector, least significant first: 1,024 bytes. `undefined`: no such chunk, all of it is a hole. */
  bitmap(chunk: number): Bytes | undefined
  read(chunk: number, offset: number, into: Bytes): void
  /** Writes the bytes and marks their sectors allocated. */
  write(chunk: number, offset: number, bytes: Bytes): void
  /** `read` of allocated sectors and `decrypt` by their numbers on the disk, at once: where a store can do better than one after the other. */
  readThrough?(cipher: SectorCipher, from: InChunk, into: Bytes): void
  /** `encrypt` and `write` likewise. */
  writeThrough?(cipher: SectorCipher, to: InChunk, inPlace: Bytes): void
  /** Clears sectors; a chunk without any is removed. */
  clear(chunk: number, firstSector: number, sectors: number): void
  /** Every answered write is durable when this resolves. */
  flush(): void | Promise<void>
  /**
   * Another disk, which was not there, begins with what this one holds at one moment after the call: all that was written before is in it,
   * nothing of what is written after it resolves. Bytes are shared until one of them changes. Durable, and unconfirmed, when it resolves.
   */
  fork(to: NewDisk): Promise<void>
  close(): void
}

/** Where disks' bytes live. */
export interface BlockStore {
  open(identity: ChunkIdentity, sizeBytes: number): ChunkStore
  /** The disk was deleted: its chunks are unlinked, while other disks go on. */
  remove(diskId: string): Promise<void>
  /** A committed record names it. Bears being said twice. */
  confirm(diskId: string): Promise<void>
  unconfirmed(): Promise<readonly UnconfirmedDisk[]>
}
