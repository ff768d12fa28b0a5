import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { compartmentId } from '#model/brands.ts'
import { chunkBytes, type ChunkStore } from '#ports/block-store.ts'
import { fileBlockStore } from './block-store.ts'

const compartment = compartmentId('c'.repeat(32))
const source = { diskId: 'a'.repeat(32), dekIds: ['1'.repeat(32)], epoch: 1 }
const chunks = 4
const size = chunks * chunkBytes
const forkId = 'b'.repeat(32)
const fork = { ...source, diskId: forkId, lineage: source.diskId }

function folder(t: { after(run: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'fork-'))
  t.after(() => {
    rmSync(path, { recursive: true })
  })
  return path
}

/** One byte of each sector stands for it. */
const sectors = (count: number, byte: number): Uint8Array => new Uint8Array(count * 512).fill(byte)
function byteAt(store: ChunkStore, chunk: number, sector: number): number {
  const bits = store.bitmap(chunk)
  if (bits === undefined || ((bits[sector >> 3] ?? 0) & (1 << (sector & 7))) === 0) return 0
  const into = new Uint8Array(512)
  store.read(chunk, sector * 512, into)
  return into[0] ?? 0
}
const looked = [0, 1, 2, 63, 64, 127, 128, 4_000, 8_191]
const stateOf = (store: ChunkStore): readonly number[] =>
  Array.from({ length: chunks }, (_, chunk) => looked.map(sector => byteAt(store, chunk, sector))).flat()

interface Step {
  readonly on: 'source' | 'fork'
  readonly what: 'write' | 'clear' | 'clearAll' | 'flush'
  readonly chunk: number
  readonly sector: number
  readonly byte: number
}
const step = fc.record<Step>({
  on: fc.constantFrom('source', 'fork'),
  what: fc.constantFrom('write', 'write', 'write', 'clear', 'clearAll', 'flush'),
  chunk: fc.nat(chunks - 1),
  sector: fc.constantFrom(...looked),
  byte: fc.integer({ min: 1, max: 255 }),
})

async function take(store: ChunkStore, { what, chunk, sector, byte }: Step): Promise<void> {
  if (what === 'write') store.write(chunk, sector * 512, sectors(1, byte))
  else if (what === 'clear') store.clear(chunk, sector, 1)
  else if (what === 'clearAll') store.clear(chunk, 0, 8_192)
  else await store.flush()
}

describe('a fork of a disk', () => {
  test('is what the disk was, and neither sees what becomes of the other', async t => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(step, { maxLength: 24 }), async (before, after) => {
        const store = fileBlockStore(folder(t))
        const one = store.open(source, size)
        for (const what of before) await take(one, what)
        const then = stateOf(one)
        await one.fork({ diskId: forkId, compartment })
        const two = store.open(fork, size)
        assert.deepEqual([stateOf(one), stateOf(two)], [then, then])
        for (const what of after) {
          const [changed, other] = what.on === 'source' ? [one, two] : [two, one]
          const untouched = stateOf(other)
          await take(changed, what)
          assert.deepEqual(stateOf(other), untouched)
        }
        const live = [stateOf(one), stateOf(two)]
        await Promise.all([one.flush(), two.flush()])
        one.close()
        two.close()
        const again = [store.open(source, size), store.open(fork, size)]
        assert.deepEqual(again.map(stateOf), live)
        for (const opened of again) opened.close()
      }),
      { numRuns: 60 },
    )
  })

  test('has no byte that was written after it began to be taken, though it takes turns with who writes', async t => {
    const path = folder(t)
    const store = fileBlockStore(path)
    const many = store.open(source, 600 * chunkBytes)
    for (let chunk = 0; chunk < 600; chunk += 1) many.write(chunk, 0, sectors(1, 1))
    await many.flush()
    const taken = many.fork({ diskId: forkId, compartment })
    let turns = 0
    while (!existsSync(`${path}/disks/${forkId}/0.chunk`)) {
      await new Promise(setImmediate)
      turns += 1
      assert.ok(turns < 10_000)
    }
    for (let chunk = 599; chunk >= 0; chunk -= 1) many.write(chunk, 0, sectors(1, 2))
    await taken
    const two = store.open(fork, 600 * chunkBytes)
    for (let chunk = 0; chunk < 600; chunk += 1) assert.deepEqual([byteAt(two, chunk, 0), byteAt(many, chunk, 0)], [1, 2], chunk.toString())
    many.close()
    two.close()
  })

  test('takes no room until one of the two changes, and then a chunk of it', async t => {
    const path = folder(t)
    const store = fileBlockStore(path)
    const one = store.open(source, size)
    one.write(0, 0, sectors(8_192, 5))
    one.write(1, 0, sectors(1, 5))
    await one.flush()
    await one.fork({ diskId: forkId, compartment })
    const inodes = (chunk: number) => [source.diskId, forkId].map(id => statSync(`${path}/disks/${id}/${chunk}.chunk`).ino)
    for (const chunk of [0, 1]) assert.equal(new Set(inodes(chunk)).size, 1)
    one.write(1, 512, sectors(1, 6))
    await one.flush()
    assert.deepEqual(
      [0, 1].map(chunk => new Set(inodes(chunk)).size),
      [1, 2],
    )
    assert.ok(statSync(`${path}/disks/${source.diskId}/1.chunk`).blocks * 512 < chunkBytes / 8, 'a hole stays one')
    one.close()
    await store.remove(source.diskId)
    const two = store.open(fork, size)
    assert.deepEqual([byteAt(two, 0, 8_191), byteAt(two, 1, 0), byteAt(two, 1, 1)], [5, 5, 0])
    two.close()
  })

  test('of a program that is killed keeps on both sides what was flushed', async t => {
    const store = fileBlockStore(folder(t))
    const one = store.open(source, size)
    one.write(0, 0, sectors(2, 1))
    await one.fork({ diskId: forkId, compartment })
    one.write(0, 0, sectors(1, 9))
    one.clear(1, 0, 8_192)
    // Killed here: nothing is closed, nothing flushed.
    const again = [store.open(source, size), store.open(fork, size)]
    for (const opened of again) {
      assert.deepEqual([byteAt(opened, 0, 0), byteAt(opened, 0, 1)], [1, 1])
      opened.close()
    }
  })

  test('that was cleared after it was changed does not come back', async t => {
    const store = fileBlockStore(folder(t))
    const one = store.open(source, size)
    one.write(0, 0, sectors(2, 1))
    await one.fork({ diskId: forkId, compartment })
    one.write(0, 512, sectors(1, 9))
    one.clear(0, 0, 8_192)
    await one.flush()
    one.close()
    const again = store.open(source, size)
    assert.equal(again.bitmap(0), undefined)
    again.close()
  })

  test('is told of until it is confirmed, and gone with all that tells of it when it is removed', async t => {
    const path = folder(t)
    const store = fileBlockStore(path)
    const one = store.open(source, size)
    assert.deepEqual(await store.unconfirmed(), [])
    await one.fork({ diskId: forkId, compartment })
    assert.deepEqual(
      (await store.unconfirmed()).map(({ since: _since, ...rest }) => rest),
      [{ diskId: forkId, compartment }],
    )
    await assert.rejects(one.fork({ diskId: forkId, compartment }), { code: 'EEXIST' })
    await one.fork({ diskId: 'd'.repeat(32), compartment })
    await store.confirm('d'.repeat(32))
    await store.confirm('d'.repeat(32))
    await store.remove(forkId)
    assert.deepEqual(await store.unconfirmed(), [])
    assert.deepEqual(readdirSync(`${path}/disks`).toSorted(), ['.intents', source.diskId, 'd'.repeat(32)])
    one.close()
  })
})
