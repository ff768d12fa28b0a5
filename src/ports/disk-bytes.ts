import type { Bytes } from '#model/brands.ts'
import type { ChunkIdentity, NewDisk, UnconfirmedDisk } from './block-store.ts'

/** A disk as it lies there, exported or not. */
export interface LyingDisk extends ChunkIdentity {
  readonly sizeBytes: number
}

/** With its data keys, outermost first, 64 bytes each: moved, never copied. */
export interface OpenLyingDisk extends LyingDisk {
  readonly deks: readonly Bytes[]
}

/** The bytes of disks where no client reads or writes them: what snapshots and copies are made of. */
export interface DiskBytes {
  /**
   * A new disk begins with what this one holds at one moment after the call; its bytes are under the same data keys, and shared until one of
   * them changes. Durable when it resolves, and unconfirmed: `confirm` it when the record that names it is committed.
   */
  fork(from: LyingDisk, to: NewDisk): Promise<void>
  /**
   * Encrypts a run of chunks anew, from one that nobody writes into one that nobody reads, from chunk `from` on. Durable when it resolves, with
   * the chunk to go on with: none at the end. Doing the same run again changes nothing.
   */
  recrypt(request: { readonly source: OpenLyingDisk; readonly target: OpenLyingDisk; readonly from: number }): Promise<number | undefined>
  /** Bears being said twice. */
  confirm(diskId: string): Promise<void>
  unconfirmed(): Promise<readonly UnconfirmedDisk[]>
  /** Closes what exports of it there are; gone or never there is as good. */
  remove(diskId: string): Promise<void>
}

const nowhere = async (): Promise<never> => Promise.reject(new Error('no disk is forked or copied in this program'))

export const noDiskBytes: DiskBytes = {
  fork: nowhere,
  recrypt: nowhere,
  confirm: nowhere,
  remove: nowhere,
  unconfirmed: async () => Promise.resolve([]),
}
