import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import type { ChunkIdentity } from '#ports/block-store.ts'
import { fastFolder } from './fast-folder.ts'
import { below, faultCycles, faultSeed, seeded } from './seeded.ts'

const flips = faultCycles(300)
const seed = faultSeed()
const identity: ChunkIdentity = { diskId: 'disk', dekIds: ['1'.repeat(32)], epoch: 3 }
const sizeBytes = 4 * 1024 * 1024
/** Two copies of 4,096 bytes (chunk-header.ts). */
const headerBytes = 8_192

interface Chunk extends Disposable {
  readonly folder: string
  readonly path: string
}

/** A chunk with some sectors written and one trimmed, flushed. */
async function aChunk(): Promise<Chunk> {
  const folder = mkdtempSync(join(fastFolder(), 'keystead-chunk-'))
  const store = fileBlockStore(folder).open(identity, sizeBytes)
  store.write(0, 0, Buffer.alloc(64 * 512, 0xaa))
  await store.flush()
  store.clear(0, 5, 1)
  await store.flush()
  store.close()
  const disk = join(folder, 'disks', 'disk')
  const name = readdirSync(disk).find(one => one.endsWith('.chunk')) ?? assert.fail('no chunk')
  return { folder, path: join(disk, name), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

/** Hex, or `refused`. */
function bitmapOf({ folder }: Chunk): string {
  const store = fileBlockStore(folder).open(identity, sizeBytes)
  try {
    return Buffer.from(store.bitmap(0) ?? []).toString('hex')
  } catch (cause) {
    assert(cause instanceof Error && 'code' in cause && cause.code === 'EIO', String(cause))
    return 'refused'
  } finally {
    store.close()
  }
}

/** Puts one bit the other way; the same again puts it back. */
function flip({ path }: Chunk, at: number, bit: number): void {
  const fd = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ (1 << bit)
  writeSync(fd, byte, 0, 1, at)
  closeSync(fd)
}

describe(`a flipped bit in the header of a chunk (SEED=${seed})`, () => {
  test(`costs nothing while the other copy stands (${flips} flips)`, async () => {
    using chunk = await aChunk()
    const random = seeded(seed)
    const whole = bitmapOf(chunk)
    assert(whole.startsWith('df'), 'control: sector 5 is a hole')
    for (let done = 0; done < flips; done += 1) {
      const [at, bit] = [below(random, headerBytes), below(random, 8)]
      flip(chunk, at, bit)
      assert.equal(bitmapOf(chunk), whole, `byte ${at}, bit ${bit}`)
      flip(chunk, at, bit)
    }
    assert.equal(bitmapOf(chunk), whole)
  })

  test('in both copies is refused as an I/O error, and the file is left as it is', async () => {
    using chunk = await aChunk()
    const random = seeded(seed + 1)
    for (let done = 0; done < 20; done += 1) {
      const places = [below(random, headerBytes / 2), headerBytes / 2 + below(random, headerBytes / 2)]
      for (const at of places) flip(chunk, at, 3)
      const damaged = readFileSync(chunk.path)
      assert.equal(bitmapOf(chunk), 'refused', `bytes ${places.join(' and ')}`)
      assert(readFileSync(chunk.path).equals(damaged))
      for (const at of places) flip(chunk, at, 3)
    }
    assert.notEqual(bitmapOf(chunk), 'refused', 'control: undone, it opens')
  })
})
