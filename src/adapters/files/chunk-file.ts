import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Bytes } from '#model/brands.ts'
import { chunkBytes, sectorBytes } from '#ports/block-store.ts'
import type { ChunkIdentity } from '#ports/block-store.ts'
import type { SectorCipher, SectorsInFile } from '#ports/sector-cipher.ts'
import { bitmapBytes, dataStart, decodeHeader, encodeHeader, headerBytes, headerDisk, sectorsOfChunk } from './chunk-header.ts'
import type { ChunkHeader } from './chunk-header.ts'
import { ChunkRefused, readAll, readThrough, writeAll, writeThrough } from './file-bytes.ts'
import { bitsAre, setBits, type SectorRange } from './sector-bits.ts'

const syncData = promisify(fdatasync)

export interface ChunkPlace {
  readonly folder: string
  readonly identity: ChunkIdentity
  readonly chunk: number
}

/** Names of a chunk's file: under the second until its first flush, for it has no header to trust before. */
export const nameOf = (chunk: number): string => `${chunk.toString()}.chunk`
export const freshNameOf = (chunk: number): string => `${chunk.toString()}.new`

/** Of this many bytes either all are copied or none. */
const copyBytes = 64 * 1024

const openFlags = constants.O_RDWR | constants.O_NOFOLLOW

/**
 * One chunk's file and the bitmap in memory, which is ahead of the header on the medium until the next `sync`.
 *
 * Order of a sync: data durable, then the header whose bits stand for it. So no bit is ever durable before its data, and a
 * power cut shows a sector as it was flushed, or as it was written since, or as a hole: never as what lay under a hole.
 */
export class ChunkFile {
  readonly bitmap: Buffer
  readonly #place: ChunkPlace
  #fd: number | undefined
  #fresh: boolean
  #sequence: number
  #storedEpoch: number
  #headerMoved = false
  #dataMoved = false
  #syncing = 0
  #gone = false
  /** Other disks have the same file, as far as is known: it is not to be changed. */
  #shared = false

  private constructor(place: ChunkPlace, fd: number, stored: ChunkHeader | undefined) {
    this.#place = place
    this.#fd = fd
    this.#fresh = stored === undefined
    this.#sequence = stored?.sequence ?? 0
    this.#storedEpoch = stored?.epoch ?? place.identity.epoch
    this.bitmap = stored === undefined ? Buffer.alloc(bitmapBytes) : Buffer.from(stored.bitmap)
  }

  static create(place: ChunkPlace): ChunkFile {
    const fd = openSync(`${place.folder}/${freshNameOf(place.chunk)}`, openFlags | constants.O_CREAT | constants.O_EXCL, 0o600)
    ftruncateSync(fd, dataStart + chunkBytes)
    // Takes the header's blocks now: a full disk is told to the write that needs a chunk, not to a flush that cannot be repeated.
    writeAll(fd, Buffer.alloc(dataStart), 0)
    return new ChunkFile(place, fd, undefined)
  }

  /** Throws `ChunkRefused` where no copy of the header checks, or where it is another chunk's or under other keys. */
  static load(place: ChunkPlace): ChunkFile {
    const fd = openSync(`${place.folder}/${nameOf(place.chunk)}`, openFlags)
    try {
      const file = new ChunkFile(place, fd, storedHeader(place, fd))
      file.#shared = fstatSync(fd).nlink > 1
      return file
    } catch (cause) {
      closeSync(fd)
      throw cause
    }
  }

  /** A file of this disk's own with the bytes of one that it shares; the shared one stays until the first sync, for a power cut before. */
  static copyOf(shared: ChunkFile): ChunkFile {
    shared.#refuseIfFenced(shared.#storedEpoch)
    const copy = ChunkFile.create(shared.#place)
    try {
      copy.#fill(shared)
    } catch (cause) {
      copy.remove()
      throw cause
    }
    return copy
  }

  /** Others came to have the file. */
  share(): void {
    this.#shared = true
  }

  get shared(): boolean {
    // Whoever had it too may be gone since.
    this.#shared &&= fstatSync(this.#descriptor()).nlink > 1
    return this.#shared
  }

  get empty(): boolean {
    return this.bitmap.every(byte => byte === 0)
  }

  get moved(): boolean {
    return this.#fresh || this.#headerMoved || this.#dataMoved
  }

  get open(): boolean {
    return this.#fd !== undefined
  }

  /** In the middle of a sync: its descriptor stays. */
  get busy(): boolean {
    return this.#syncing > 0
  }

  read(offset: number, into: Bytes): void {
    readAll(this.#descriptor(), into, dataStart + offset)
  }

  /** Reads and decrypts, by the numbers of the sectors on the disk. */
  readThrough(cipher: SectorCipher, offset: number, into: Bytes): void {
    readThrough(cipher, this.#sectors(offset), into)
  }

  write(offset: number, bytes: Bytes): void {
    this.#refuseIfFenced(this.#storedEpoch)
    writeAll(this.#descriptor(), bytes, dataStart + offset)
    this.#wrote(offset, bytes)
  }

  writeThrough(cipher: SectorCipher, offset: number, inPlace: Bytes): void {
    this.#refuseIfFenced(this.#storedEpoch)
    writeThrough(cipher, this.#sectors(offset), inPlace)
    this.#wrote(offset, inPlace)
  }

  #sectors(offset: number): SectorsInFile {
    const firstSector = this.#place.chunk * sectorsOfChunk + offset / sectorBytes
    return { fd: this.#descriptor(), position: dataStart + offset, firstSector }
  }

  #wrote(offset: number, bytes: Bytes): void {
    this.#dataMoved = true
    // A raised epoch goes into the header with the first write, so that the node before us finds it.
    this.#headerMoved ||= this.#storedEpoch < this.#place.identity.epoch
    this.#mark({ first: offset / sectorBytes, end: (offset + bytes.length) / sectorBytes }, true)
  }

  clear(firstSector: number, sectors: number): void {
    this.#refuseIfFenced(this.#storedEpoch)
    this.#mark({ first: firstSector, end: Math.min(firstSector + sectors, sectorsOfChunk) }, false)
  }

  /** Everything written before the call is durable when it resolves. True: the file has got its name, the folder is the caller's to sync. */
  async sync(): Promise<boolean> {
    const wasFresh = this.#fresh
    const fd = this.#descriptor()
    const bits = this.#headerMoved || wasFresh ? Buffer.from(this.bitmap) : undefined
    this.#headerMoved = false
    this.#dataMoved = false
    this.#syncing += 1
    try {
      // A fresh file's header is believed only after the rename below: one sync is enough for it and the data.
      if (!this.#fresh) await syncData(fd)
      if (bits !== undefined && !this.#gone) await this.#syncHeader(fd, bits)
      return wasFresh && !this.#fresh
    } finally {
      this.#syncing -= 1
      if (this.#gone) this.release()
    }
  }

  /** The same at once, while no other sync is under way: for the moment that a fork takes. */
  syncNow(): void {
    const fd = this.#descriptor()
    fdatasyncSync(fd)
    if (this.#headerMoved || this.#fresh) {
      const header = this.#nextHeader(fd, this.bitmap)
      writeAll(fd, header, 0)
      fdatasyncSync(fd)
      this.#headerDurable(fd, header)
    }
    this.#headerMoved = false
    this.#dataMoved = false
  }

  /** It has the chunk's name on the medium, for the list to know of. */
  get named(): boolean {
    return !this.#fresh
  }

  /** Not used any more. What was never named goes at once; a name is the folder's to take away, which has a list of them. */
  remove(): void {
    this.#gone = true
    if (this.#fresh) unlinkSync(this.#path())
    this.release()
  }

  reopen(): void {
    this.#descriptor()
  }

  /** Closes the descriptor; the next use opens it again. */
  release(): void {
    if (this.busy || this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
  }

  async #syncHeader(fd: number, bits: Buffer): Promise<void> {
    const header = this.#nextHeader(fd, bits)
    writeAll(fd, header, 0)
    await syncData(fd)
    if (!this.#gone) this.#headerDurable(fd, header)
  }

  #nextHeader(fd: number, bitmap: Buffer): Buffer {
    const { identity, chunk } = this.#place
    if (!this.#fresh) this.#refuseIfFenced(storedHeader(this.#place, fd).epoch)
    this.#sequence += 1
    return encodeHeader({ ...identity, diskId: headerDisk(identity), chunk, sequence: this.#sequence, bitmap })
  }

  #headerDurable(fd: number, header: Buffer): void {
    this.#storedEpoch = this.#place.identity.epoch
    if (this.#fresh) {
      renameSync(`${this.#place.folder}/${freshNameOf(this.#place.chunk)}`, `${this.#place.folder}/${nameOf(this.#place.chunk)}`)
      this.#fresh = false
    }
    // The second copy need not be durable now: it is what stands in when the next write of the first is torn, and by then it is synced.
    writeAll(fd, header, headerBytes)
  }

  /** Takes over what the other's bitmap stands for; what is a hole there takes no room here. */
  #fill(from: ChunkFile): void {
    const piece = Buffer.alloc(copyBytes)
    for (let at = 0; at < chunkBytes; at += copyBytes) {
      const range = { first: at / 512, end: (at + copyBytes) / 512 }
      if (bitsAre(from.bitmap, range, false)) continue
      from.read(at, piece)
      writeAll(this.#descriptor(), piece, dataStart + at)
    }
    from.bitmap.copy(this.bitmap)
    this.#dataMoved = true
  }

  #mark(range: SectorRange, value: boolean): void {
    if (bitsAre(this.bitmap, range, value)) return
    setBits(this.bitmap, range, value)
    this.#headerMoved = true
  }

  #refuseIfFenced(storedEpoch: number): void {
    if (storedEpoch > this.#place.identity.epoch) throw new ChunkRefused('another node serves this disk now')
  }

  #path(): string {
    return `${this.#place.folder}/${this.#fresh ? freshNameOf(this.#place.chunk) : nameOf(this.#place.chunk)}`
  }

  #descriptor(): number {
    this.#fd ??= openSync(this.#path(), openFlags)
    return this.#fd
  }
}

function storedHeader({ identity, chunk }: ChunkPlace, fd: number): ChunkHeader {
  const bytes = Buffer.alloc(dataStart)
  readAll(fd, bytes, 0)
  const header = decodeHeader(bytes)
  if (header === undefined) throw new ChunkRefused(`the header of chunk ${chunk.toString()} does not check`)
  const same = header.diskId === headerDisk(identity) && header.chunk === chunk && header.dekIds.join() === identity.dekIds.join()
  if (!same) throw new ChunkRefused(`chunk ${chunk.toString()} is another disk's, another chunk or under other keys`)
  return header
}
