import { setImmediate } from 'node:timers/promises'
import { chunkBytes, type ChunkStore } from '#ports/block-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { OpenLyingDisk } from '#ports/disk-bytes.ts'
import type { OpenSectorCipher, SectorCipher } from '#ports/sector-cipher.ts'
import type { BlockDevice } from './block-device.ts'
import { chunkDevice } from './chunk-device.ts'
import { cipherDevice } from './cipher-device.ts'

/** Chunks with bytes in them that one run takes, and for how long it goes on taking them: whoever waits for it has a deadline. */
const runChunks = 64
const runMs = 2_000
const pieceBytes = 1024 * 1024

export interface Side {
  readonly disk: OpenLyingDisk
  readonly store: ChunkStore
}

/** One run from `from` on, durable when it resolves; the chunk to go on with, or none. Others have their turn after each chunk. Zeroes the data keys. */
export async function recryptRun(
  { openCipher, clock }: { readonly openCipher: OpenSectorCipher; readonly clock: Pick<Clock, 'monotonic'> },
  { source, target, from }: { readonly source: Side; readonly target: Side; readonly from: number },
): Promise<number | undefined> {
  using ciphers = new DisposableStack()
  const [read, write] = [deviceOf(openCipher, source, ciphers), deviceOf(openCipher, target, ciphers)]
  const piece = new Uint8Array(pieceBytes)
  using _zeroed = { [Symbol.dispose]: () => void piece.fill(0) }
  const chunks = Math.ceil(source.disk.sizeBytes / chunkBytes)
  const until = clock.monotonic() + runMs
  let taken = 0
  let chunk = from
  for (; chunk < chunks && taken < runChunks && clock.monotonic() <= until; chunk += 1) {
    if (source.store.bitmap(chunk) === undefined) continue
    copyChunk(read, write, { at: chunk * chunkBytes, piece })
    taken += 1
    await setImmediate()
  }
  await target.store.flush()
  return chunk < chunks ? chunk : undefined
}

function deviceOf(openCipher: OpenSectorCipher, { disk, store }: Side, ciphers: DisposableStack): BlockDevice {
  const opened = disk.deks.map((dek): SectorCipher => {
    try {
      return ciphers.use(openCipher(dek))
    } finally {
      dek.fill(0)
    }
  })
  return opened.reduce(cipherDevice, chunkDevice(store, disk.sizeBytes))
}

/** What is a hole stays one. */
function copyChunk(read: BlockDevice, write: BlockDevice, { at, piece }: { readonly at: number; readonly piece: Uint8Array }): void {
  const end = Math.min(at + chunkBytes, read.size)
  for (const { offset, length, hole } of read.extents(at, end - at)) {
    if (hole) continue
    for (let done = 0; done < length; done += pieceBytes) {
      const part = piece.subarray(0, Math.min(pieceBytes, length - done))
      read.read(offset + done, part)
      write.write(offset + done, part)
    }
  }
}
