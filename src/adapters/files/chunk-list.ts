import { closeSync, constants, existsSync, fdatasync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { writeAll } from './file-bytes.ts'
import { codeOf } from './intents.ts'

// Which chunks of a disk have a file: one whose file is gone is not taken for a hole. A journal, big-endian, 16 bytes an entry:
//   0  4  1: the chunk has a file; 2: it has none any more
//   4  4  chunk number
//   8  4  place of the entry, from 0
//  12  4  CRC-32 of the twelve bytes before
// An entry is made when the file's name is durable, and taken back, durably, before the file goes: what is listed is there, or was lost.
// Zeroes follow: room for what there will be to say of chunks that are there, so that a full disk is told to who writes, never to a flush.

const syncData = promisify(fdatasync)

/** No chunk is called so. */
export const listName = 'list'
const entryBytes = 16
const there = 1
const gone = 2
/** A list of more entries than twice its chunks and these is written anew. */
const spareEntries = 1_024
/** Of chunks that are there, one entry each stands and one is to come; and some for new ones. */
const roomFor = (chunks: number): number => 2 * chunks + 256

function encode(word: number, chunk: number, place: number): Buffer {
  const bytes = Buffer.alloc(entryBytes)
  bytes.writeUInt32BE(word, 0)
  bytes.writeUInt32BE(chunk, 4)
  bytes.writeUInt32BE(place, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 12)), 12)
  return bytes
}

const checks = (bytes: Buffer, place: number): boolean =>
  bytes.length === entryBytes && bytes.readUInt32BE(8) === place && bytes.readUInt32BE(12) === crc32(bytes.subarray(0, 12))

export interface ListedChunks {
  readonly chunks: ReadonlySet<number>
  readonly entries: number
  /** Entries that there is room for, these included. */
  readonly room: number
  /** Nothing follows that a power cut has torn: room alone. */
  readonly whole: boolean
}

/** `undefined`: there is none, or it does not check and says nothing. */
export function readList(folder: string): ListedChunks | undefined {
  const bytes = bytesOf(folder)
  if (bytes === undefined) return undefined
  const entryAt = (place: number): Buffer => bytes.subarray(place * entryBytes, (place + 1) * entryBytes)
  const chunks = new Set<number>()
  const places = Math.ceil(bytes.length / entryBytes)
  let entries = 0
  for (; entries < places && checks(entryAt(entries), entries); entries += 1) {
    const entry = entryAt(entries)
    if (entry.readUInt32BE(0) === there) chunks.add(entry.readUInt32BE(4))
    else chunks.delete(entry.readUInt32BE(4))
  }
  // Good entries after a bad one: bits rotted, or a torn append. What is missing may be that a chunk went.
  for (let place = entries + 1; place < places; place += 1) if (checks(entryAt(place), place)) return undefined
  return { chunks, entries, room: places, whole: bytes.subarray(entries * entryBytes).every(byte => byte === 0) }
}

function bytesOf(folder: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, listName))
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

/** A list of these and no others. Its name is the caller's to make durable: without it there is none, which says nothing wrong. */
export function writeList(folder: string, chunks: readonly number[]): void {
  const entries = chunks.map((chunk, place) => encode(there, chunk, place))
  const room = Buffer.alloc(entryBytes * (roomFor(chunks.length) - chunks.length))
  const fresh = join(folder, `${listName}.new`)
  const fd = openSync(fresh, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600)
  try {
    writeAll(fd, Buffer.concat([...entries, room]), 0)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(fresh, join(folder, listName))
}

/** The list of a disk that is open: whoever has the disk open alone writes it. */
export class ChunkList {
  readonly #folder: string
  #entries: number
  /** Entries that the file has room for, from its beginning. */
  #room: number
  #fd: number | undefined
  /** Listed, and without a file when the disk was opened. */
  readonly lost: Set<number>

  private constructor(folder: string, lost: Set<number>, { entries, room }: Pick<ListedChunks, 'entries' | 'room'>) {
    this.#folder = folder
    this.#entries = entries
    this.#room = room
    this.lost = lost
  }

  /** `present`: chunks that have a file. A disk of before there were lists has one from now on, of what is there. */
  static open(folder: string, present: ReadonlySet<number>): ChunkList {
    const read = readList(folder)
    const lost = new Set(read === undefined ? [] : [...read.chunks].filter(chunk => !present.has(chunk)))
    const listed = new Set([...present, ...lost])
    if (read?.whole === true && read.entries <= 2 * listed.size + spareEntries && listed.isSubsetOf(read.chunks))
      return new ChunkList(folder, lost, read)
    if (listed.size === 0 && !existsSync(join(folder, listName))) return new ChunkList(folder, lost, { entries: 0, room: 0 })
    writeList(folder, [...listed])
    return new ChunkList(folder, lost, { entries: listed.size, room: roomFor(listed.size) })
  }

  /** Room for so many entries more, taken now. */
  makeRoom(entries: number): void {
    if (this.#entries + entries <= this.#room) return
    const room = this.#entries + roomFor(entries)
    writeAll(this.#file(), Buffer.alloc((room - this.#room) * entryBytes), this.#room * entryBytes)
    this.#room = room
  }

  /** Durable when it resolves. Their files are. */
  async add(chunks: readonly number[]): Promise<void> {
    await this.#append(there, chunks)
  }

  /** Durable when it resolves: their files may go from then on. */
  async remove(chunks: readonly number[]): Promise<void> {
    await this.#append(gone, chunks)
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  async #append(word: number, chunks: readonly number[]): Promise<void> {
    if (chunks.length === 0) return
    const fd = this.#file()
    const first = this.#entries
    const bytes = Buffer.concat(chunks.map((chunk, index) => encode(word, chunk, first + index)))
    this.#entries += chunks.length
    writeAll(fd, bytes, first * entryBytes)
    await syncData(fd)
  }

  #file(): number {
    this.#fd ??= openSync(join(this.#folder, listName), constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    return this.#fd
  }
}
