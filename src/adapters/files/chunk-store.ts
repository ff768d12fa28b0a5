import { closeSync, fsync, openSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Bytes } from '#model/brands.ts'
import type { ChunkIdentity, ChunkStore, InChunk, NewDisk } from '#ports/block-store.ts'
import type { SectorCipher } from '#ports/sector-cipher.ts'
import { ChunkFile, nameOf, type ChunkPlace } from './chunk-file.ts'
import { sectorsOfChunk } from './chunk-header.ts'
import { writeList } from './chunk-list.ts'
import { ChunkNames } from './chunk-names.ts'
import { ChunkRefused } from './file-bytes.ts'
import { beginDisk, forgetDisk, linked, syncedFolder } from './new-disk.ts'

const syncFolder = promisify(fsync)

/** Chunk files held open for one disk: 1 GiB of it. */
export const openFilesMax = 256
const trimmedFiles = 32
/** libuv's four threads are the process's: RSA waits in the same queue. */
const syncLanes = 2
/** Chunks that a fork takes before others have their turn. */
const forkTurn = 256
/** A fork begins when nothing is unsynced, or after so many syncs that others have overtaken. */
const forkSyncs = 4

/** What a fork has yet to take: each chunk before it changes. */
interface Fork {
  readonly folder: string
  readonly left: Set<number>
}

/** One disk's chunks in a folder of its own. The only user of that folder while it is open: what is in it is read once. */
class FolderChunks implements ChunkStore {
  readonly #folder: string
  readonly #identity: ChunkIdentity
  readonly #folderFd: number
  /** Chunks that have sectors, in a file under either name. */
  readonly #present: Set<number>
  readonly #names: ChunkNames
  /** Least recently used first. Files with unsynced changes stay here even when their descriptor is closed. */
  readonly #files = new Map<number, ChunkFile>()
  /** The one used last, which is the last in `#files`: a request asks several times for the same. */
  #latest: { readonly chunk: number; readonly file: ChunkFile } | undefined
  #openFiles = 0
  #folderMoved = false
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #broken: Error | undefined
  /** One at a time. */
  #fork: Fork | undefined

  constructor(folder: string, identity: ChunkIdentity) {
    this.#folder = folder
    this.#identity = identity
    this.#names = new ChunkNames(folder)
    this.#present = new Set(this.#names.all)
    this.#folderFd = openSync(folder, 'r')
  }

  bitmap(chunk: number): Bytes | undefined {
    this.#refuseLost(chunk)
    return this.#present.has(chunk) ? this.#file(chunk).bitmap : undefined
  }

  read(chunk: number, offset: number, into: Bytes): void {
    this.#refuseLost(chunk)
    if (this.#present.has(chunk)) this.#file(chunk).read(offset, into)
    else into.fill(0)
  }

  readThrough(cipher: SectorCipher, { chunk, within }: InChunk, into: Bytes): void {
    if (!this.#present.has(chunk)) throw new Error('a hole is not decrypted')
    this.#file(chunk).readThrough(cipher, within, into)
  }

  write(chunk: number, offset: number, bytes: Bytes): void {
    this.#ownToWrite(chunk).write(offset, bytes)
  }

  writeThrough(cipher: SectorCipher, { chunk, within }: InChunk, inPlace: Bytes): void {
    this.#ownToWrite(chunk).writeThrough(cipher, within, inPlace)
  }

  clear(chunk: number, firstSector: number, sectors: number): void {
    if (this.#broken !== undefined) throw this.#broken
    if (firstSector === 0 && sectors >= sectorsOfChunk) this.#names.forget(chunk)
    this.#refuseLost(chunk)
    if (!this.#present.has(chunk)) return
    const file = this.#own(chunk)
    file.clear(firstSector, sectors)
    if (!file.empty) return
    this.#drop(chunk, file)
    file.remove()
    this.#present.delete(chunk)
    this.#names.emptied(chunk, file.named)
  }

  /** Callers that come while one flush runs share the next: their writes may be younger than its beginning. */
  flush(): Promise<void> {
    if (this.#running === undefined) {
      const run = this.#sync().finally(() => {
        this.#running = undefined
      })
      this.#running = run
      return run
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.flush()
      })
    return this.#next
  }

  async fork(to: NewDisk): Promise<void> {
    if (this.#fork !== undefined) throw new Error('a disk is forked twice at once')
    for (let syncs = 0; syncs === 0 || this.#running !== undefined || (syncs < forkSyncs && this.#moved().length > 0); syncs += 1)
      await this.flush()
    const folder = beginDisk(this.#folder, to)
    try {
      this.#syncMovedNow()
      // The moment: from here on a chunk is taken before it changes.
      this.#fork = { folder, left: new Set(this.#present) }
      const listed = [...this.#present, ...this.#names.lost]
      while (this.#fork.left.size > 0) {
        for (const chunk of this.#fork.left.values().take(forkTurn)) this.#take(chunk)
        await setImmediate()
      }
      writeList(folder, listed)
      await syncedFolder(folder)
    } catch (cause) {
      await forgetDisk(this.#folder, to.diskId)
      throw cause
    } finally {
      this.#fork = undefined
    }
  }

  #syncMovedNow(): void {
    for (const [chunk, file] of this.#moved()) {
      const { named } = file
      file.syncNow()
      if (!named) this.#wasNamed(chunk)
    }
  }

  close(): void {
    for (const file of this.#files.values()) file.release()
    this.#files.clear()
    this.#latest = undefined
    this.#names.close()
    closeSync(this.#folderFd)
  }

  async #sync(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken
    const moved = this.#moved()
    const lane = async (): Promise<void> => {
      for (let entry = moved.pop(); entry !== undefined; entry = moved.pop()) {
        await this.#syncFile(entry[0], entry[1])
      }
    }
    try {
      if (await this.#names.drop(this.#present)) this.#folderMoved = true
      await Promise.all(Array.from({ length: syncLanes }, lane))
      const list = this.#names.arrivals()
      if (this.#folderMoved) {
        this.#folderMoved = false
        await syncFolder(this.#folderFd)
      }
      await list()
    } catch (cause) {
      // The kernel may have dropped what it could not write and reports it once: nothing here is trusted to be durable any more.
      this.#broken ??= cause instanceof Error ? cause : new Error('a sync failed', { cause })
      throw this.#broken
    }
  }

  async #syncFile(chunk: number, file: ChunkFile): Promise<void> {
    if (this.#files.get(chunk) !== file) return
    this.#reopen(file)
    if (await file.sync()) this.#wasNamed(chunk)
    this.#trim()
  }

  #wasNamed(chunk: number): void {
    this.#folderMoved = true
    this.#names.came(chunk)
  }

  #refuseLost(chunk: number): void {
    if (this.#names.lost.has(chunk)) throw new ChunkRefused(`the file of chunk ${chunk.toString()} is gone`)
  }

  #file(chunk: number): ChunkFile {
    if (this.#latest?.chunk === chunk) return this.#latest.file
    const file = this.#known(chunk) ?? this.#admit(chunk)
    this.#latest = { chunk, file }
    return file
  }

  #ownToWrite(chunk: number): ChunkFile {
    if (this.#broken !== undefined) throw this.#broken
    return this.#own(chunk)
  }

  /** The chunk's file as one that may be changed. */
  #own(chunk: number): ChunkFile {
    this.#refuseLost(chunk)
    this.#take(chunk)
    const file = this.#file(chunk)
    if (!file.shared) return file
    this.#names.makeRoom(this.#present.size)
    const own = ChunkFile.copyOf(file)
    this.#drop(chunk, file)
    file.release()
    this.#files.set(chunk, own)
    this.#openFiles += 1
    this.#latest = { chunk, file: own }
    this.#trim()
    return own
  }

  #take(chunk: number): void {
    if (this.#fork?.left.delete(chunk) !== true) return
    linked(this.#folder, this.#fork.folder, nameOf(chunk))
    this.#files.get(chunk)?.share()
  }

  #moved(): (readonly [chunk: number, file: ChunkFile])[] {
    return [...this.#files].filter(([, file]) => file.moved)
  }

  #known(chunk: number): ChunkFile | undefined {
    const known = this.#files.get(chunk)
    if (known === undefined) return undefined
    this.#files.delete(chunk)
    this.#files.set(chunk, known)
    this.#reopen(known)
    this.#trim()
    return known
  }

  #admit(chunk: number): ChunkFile {
    const place = { folder: this.#folder, identity: this.#identity, chunk }
    const file = this.#present.has(chunk) ? ChunkFile.load(place) : this.#create(place)
    this.#files.set(chunk, file)
    this.#present.add(chunk)
    this.#openFiles += 1
    this.#trim()
    return file
  }

  #create(place: ChunkPlace): ChunkFile {
    this.#names.makeRoom(this.#present.size)
    return ChunkFile.create(place)
  }

  #reopen(file: ChunkFile): void {
    if (file.open) return
    file.reopen()
    this.#openFiles += 1
  }

  #drop(chunk: number, file: ChunkFile): void {
    if (this.#latest?.file === file) this.#latest = undefined
    this.#files.delete(chunk)
    if (file.open) this.#openFiles -= 1
  }

  /** Closes the least recently used, down to some room, so that it is not asked at each use. */
  #trim(): void {
    if (this.#openFiles <= openFilesMax) return
    for (const [chunk, file] of this.#files) {
      if (this.#openFiles <= openFilesMax - trimmedFiles) return
      if (file.busy || !file.open) continue
      file.release()
      this.#openFiles -= 1
      if (!file.moved) this.#files.delete(chunk)
    }
  }
}

export const openChunks = (folder: string, identity: ChunkIdentity): ChunkStore => new FolderChunks(folder, identity)
