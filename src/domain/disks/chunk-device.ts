import type { Bytes } from '#model/brands.ts'
import { chunkBytes, sectorBytes } from '#ports/block-store.ts'
import type { ChunkStore, InChunk } from '#ports/block-store.ts'
import { writeZeroes } from './block-device.ts'
import type { BlockDevice, Extent } from './block-device.ts'

/** The lowest layer: a disk of `size` bytes over its chunks. What no bit stands for reads as zeroes. */
export function chunkDevice(store: ChunkStore, size: number): BlockDevice {
  const write = (offset: number, bytes: Bytes): void => {
    byChunk(offset, bytes, ({ chunk, within }, part) => {
      store.write(chunk, within, part)
    })
  }
  const { readThrough, writeThrough } = throughOf(store)
  const trim = (offset: number, length: number): void => {
    for (const piece of pieces(offset, length)) store.clear(piece.chunk, piece.within / sectorBytes, piece.length / sectorBytes)
  }
  return {
    size,
    extents(offset, length) {
      const sole = soleRun(store, offset, length)
      return sole === undefined ? merged(runs(store, offset, length)) : [sole]
    },
    read: (offset, into) => {
      readRuns(store, offset, into)
    },
    readData(offset, into) {
      byChunk(offset, into, ({ chunk, within }, part) => {
        store.read(chunk, within, part)
      })
    },
    readThrough(cipher, offset, into) {
      byChunk(offset, into, (from, part) => {
        readThrough(cipher, from, part)
      })
    },
    write,
    writeThrough(cipher, offset, bytes) {
      byChunk(offset, bytes, (to, part) => {
        writeThrough(cipher, to, part)
      })
    },
    zero(offset, length, mayPunch) {
      if (mayPunch) trim(offset, length)
      else writeZeroes(write, offset, length)
    },
    trim,
    flush: () => store.flush(),
  }
}

function readRuns(store: ChunkStore, offset: number, into: Bytes): void {
  const sole = soleRun(store, offset, into.length)
  for (const run of sole === undefined ? runs(store, offset, into.length) : [sole]) {
    const part = into.subarray(run.offset - offset, run.offset - offset + run.length)
    if (run.hole) part.fill(0)
    else store.read(run.chunk, run.within, part)
  }
}

/** What a store does not do in one step is two. */
function throughOf(store: ChunkStore): Required<Pick<ChunkStore, 'readThrough' | 'writeThrough'>> {
  const sector = ({ chunk, within }: InChunk): number => (chunk * chunkBytes + within) / sectorBytes
  return {
    readThrough:
      store.readThrough?.bind(store) ??
      ((cipher, from, into) => {
        store.read(from.chunk, from.within, into)
        cipher.decrypt(sector(from), into)
      }),
    writeThrough:
      store.writeThrough?.bind(store) ??
      ((cipher, to, bytes) => {
        cipher.encrypt(sector(to), bytes)
        store.write(to.chunk, to.within, bytes)
      }),
  }
}

function byChunk(offset: number, bytes: Bytes, each: (at: InChunk, part: Bytes) => void): void {
  const within = offset % chunkBytes
  if (within + bytes.length <= chunkBytes) each({ chunk: (offset - within) / chunkBytes, within }, bytes)
  else
    for (const piece of pieces(offset, bytes.length))
      each(piece, bytes.subarray(piece.offset - offset, piece.offset - offset + piece.length))
}

/** The part of a range that lies in one chunk; `within` is its offset there. */
interface Piece extends InChunk {
  readonly offset: number
  readonly length: number
}

interface Run extends Piece {
  readonly hole: boolean
}

/** What nearly every request is, without the generators: a range of one chunk that is alike all over. */
function soleRun(store: ChunkStore, offset: number, length: number): Run | undefined {
  const within = offset % chunkBytes
  if (within + length > chunkBytes) return undefined
  const chunk = (offset - within) / chunkBytes
  const bitmap = store.bitmap(chunk)
  if (bitmap === undefined) return { chunk, within, offset, length, hole: true }
  const first = within / sectorBytes
  const end = first + length / sectorBytes
  return runEnd(bitmap, first, end) < end ? undefined : { chunk, within, offset, length, hole: !allocated(bitmap, first) }
}

function* pieces(offset: number, length: number): Generator<Piece, void, undefined> {
  for (let at = offset; at < offset + length;) {
    const within = at % chunkBytes
    const piece = { chunk: (at - within) / chunkBytes, within, offset: at, length: Math.min(chunkBytes - within, offset + length - at) }
    yield piece
    at += piece.length
  }
}

function* runs(store: ChunkStore, offset: number, length: number): Generator<Run, void, undefined> {
  for (const piece of pieces(offset, length)) {
    const bitmap = store.bitmap(piece.chunk)
    if (bitmap === undefined) yield { ...piece, hole: true }
    else yield* runsOf(bitmap, piece)
  }
}

function* runsOf(bitmap: Bytes, piece: Piece): Generator<Run, void, undefined> {
  const end = (piece.within + piece.length) / sectorBytes
  for (let sector = piece.within / sectorBytes; sector < end;) {
    const next = runEnd(bitmap, sector, end)
    const within = sector * sectorBytes
    const offset = piece.offset + within - piece.within
    yield { chunk: piece.chunk, within, offset, length: (next - sector) * sectorBytes, hole: !allocated(bitmap, sector) }
    sector = next
  }
}

const allocated = (bitmap: Bytes, sector: number): boolean => ((bitmap[sector >> 3] ?? 0) & (1 << (sector & 7))) !== 0

/** The first sector in [from, end) that is not like `from`, or `end`. */
function runEnd(bitmap: Bytes, from: number, end: number): number {
  const like = allocated(bitmap, from)
  const whole = like ? 0xff : 0
  for (let sector = from + 1; sector < end;) {
    if ((sector & 7) === 0 && bitmap[sector >> 3] === whole) {
      sector += 8
      continue
    }
    if (allocated(bitmap, sector) !== like) return sector
    sector += 1
  }
  return end
}

/** Runs know chunks; extents do not end where a chunk does. */
function* merged(all: Iterable<Extent>): Generator<Extent, void, undefined> {
  let open: Extent | undefined
  for (const { offset, length, hole } of all) {
    if (open?.hole === hole) {
      open = { offset: open.offset, length: open.length + length, hole }
      continue
    }
    if (open !== undefined) yield open
    open = { offset, length, hole }
  }
  if (open !== undefined) yield open
}
