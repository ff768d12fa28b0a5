import type { Bytes } from '#model/brands.ts'
import { chunkBytes, sectorBytes, type BlockStore, type ChunkStore, type UnconfirmedDisk } from '#ports/block-store.ts'
import type { Clock } from '#ports/clock.ts'

interface Chunk {
  readonly bytes: Bytes
  readonly bitmap: Bytes
}
type Chunks = Map<number, Chunk>

const copyOf = ({ bytes, bitmap }: Chunk): Chunk => ({ bytes: Uint8Array.from(bytes), bitmap: Uint8Array.from(bitmap) })

/** Disks that a program forgets with its end. */
export function memoryBlockStore({ now }: Pick<Clock, 'now'>): BlockStore {
  const disks = new Map<string, Chunks>()
  const intents = new Map<string, UnconfirmedDisk>()
  return {
    open({ diskId }) {
      const chunks: Chunks = disks.getOrInsertComputed(diskId, () => new Map())
      return {
        ...chunksIn(chunks),
        async fork(to) {
          if (disks.has(to.diskId)) throw new Error(`there is a disk ${to.diskId}`)
          intents.set(to.diskId, { ...to, since: now() })
          disks.set(to.diskId, new Map([...chunks].map(([number, chunk]) => [number, copyOf(chunk)])))
          return Promise.resolve()
        },
      }
    },
    async remove(diskId) {
      disks.delete(diskId)
      intents.delete(diskId)
      return Promise.resolve()
    },
    async confirm(diskId) {
      intents.delete(diskId)
      return Promise.resolve()
    },
    unconfirmed: async () => Promise.resolve([...intents.values()]),
  }
}

const chunksIn = (chunks: Chunks): Omit<ChunkStore, 'fork'> => ({
  bitmap: number => chunks.get(number)?.bitmap,
  read(number, offset, into) {
    const chunk = chunks.get(number)
    if (chunk === undefined) into.fill(0)
    else into.set(chunk.bytes.subarray(offset, offset + into.length))
  },
  write(number, offset, bytes) {
    const chunk = chunks.getOrInsertComputed(number, emptyChunk)
    chunk.bytes.set(bytes, offset)
    setBits(chunk.bitmap, { first: offset / sectorBytes, count: bytes.length / sectorBytes }, true)
  },
  clear(number, first, count) {
    const chunk = chunks.get(number)
    if (chunk === undefined) return
    setBits(chunk.bitmap, { first, count }, false)
    if (chunk.bitmap.every(byte => byte === 0)) chunks.delete(number)
  },
  flush: () => undefined,
  close: () => undefined,
})

const emptyChunk = (): Chunk => ({ bytes: new Uint8Array(chunkBytes), bitmap: new Uint8Array(chunkBytes / sectorBytes / 8) })

function setBits(bitmap: Bytes, { first, count }: { readonly first: number; readonly count: number }, value: boolean): void {
  for (let sector = first; sector < first + count; sector += 1) {
    const bit = 1 << (sector & 7)
    const byte = bitmap[sector >> 3] ?? 0
    bitmap[sector >> 3] = value ? byte | bit : byte & ~bit
  }
}
