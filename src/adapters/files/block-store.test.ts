import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { compartmentId } from '#model/brands.ts'
import { chunkBytes } from '#ports/block-store.ts'
import { fileBlockStore } from './block-store.ts'
import { dataStart, decodeHeader, encodeHeader, headerBytes } from './chunk-header.ts'
import { listName, readList } from './chunk-list.ts'
import { openFilesMax } from './chunk-store.ts'

const identity = { diskId: 'disk-1', dekIds: ['0'.repeat(31) + '1', 'f'.repeat(32)], epoch: 4 }
const size = 64 * 1024 * 1024

/** A data folder of its own, gone with the test. */
function folder(t: { after(run: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'block-store-'))
  t.after(() => {
    rmSync(path, { recursive: true })
  })
  return path
}
const open = (path: string, changes: Partial<typeof identity> = {}) => fileBlockStore(path).open({ ...identity, ...changes }, size)
const sectors = (count: number, byte: number): Uint8Array => new Uint8Array(count * 512).fill(byte)
function readOf(
  store: ReturnType<typeof open>,
  chunk: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): Uint8Array {
  const into = new Uint8Array(length)
  store.read(chunk, offset, into)
  return into
}

describe('chunk headers', () => {
  test('say what was written into them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1024, maxLength: 1024 }), fc.nat(0xffff_ffff), fc.maxSafeNat(), (bitmap, chunk, sequence) => {
        const header = { ...identity, chunk, sequence, bitmap: Buffer.from(bitmap) }
        assert.deepEqual(decodeHeader(Buffer.concat([encodeHeader(header), Buffer.alloc(headerBytes)])), header)
      }),
    )
  })

  test('of two copies that check the newer counts, of one that checks that one, of none none', () => {
    const copy = (sequence: number) => encodeHeader({ ...identity, chunk: 0, sequence, bitmap: Buffer.alloc(1024) })
    const torn = Buffer.from(copy(9)).fill(0, 2048)
    assert.equal(decodeHeader(Buffer.concat([copy(1), copy(2)]))?.sequence, 2)
    assert.equal(decodeHeader(Buffer.concat([torn, copy(2)]))?.sequence, 2)
    assert.equal(decodeHeader(Buffer.concat([copy(3), torn]))?.sequence, 3)
    assert.equal(decodeHeader(Buffer.concat([torn, torn])), undefined)
  })

  test('a flipped bit anywhere is found', () => {
    const bytes = encodeHeader({ ...identity, chunk: 3, sequence: 1, bitmap: Buffer.alloc(1024, 0x5a) })
    fc.assert(
      fc.property(fc.nat(headerBytes * 8 - 1), bit => {
        const damaged = Buffer.concat([bytes, Buffer.alloc(headerBytes)])
        damaged[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(decodeHeader(damaged), undefined)
      }),
    )
  })
})

describe('file block store', () => {
  test('keeps flushed sectors and bits over a reopening', async t => {
    const path = folder(t)
    const store = open(path)
    store.write(2, 512, sectors(3, 7))
    await store.flush()
    store.close()
    const again = open(path)
    assert.deepEqual([...again.bitmap(2)!.subarray(0, 2)], [0b1110, 0])
    assert.deepEqual(readOf(again, 2, { offset: 512, length: 1536 }), sectors(3, 7))
    assert.equal(again.bitmap(0), undefined)
    again.close()
  })

  test('a program that is killed before the first flush leaves a hole, not a header that does not check', async t => {
    const path = folder(t)
    const store = open(path)
    store.write(0, 0, sectors(1, 1))
    await store.flush()
    store.write(1, 0, sectors(1, 2))
    store.write(0, 512, sectors(1, 3))
    // Killed here: nothing is closed, nothing flushed.
    const again = open(path)
    assert.equal(again.bitmap(1), undefined)
    assert.equal(again.bitmap(0)![0], 1, 'a sector that was written but not flushed is a hole, for its data may not be there')
    assert.deepEqual(readOf(again, 0, { offset: 0, length: 512 }), sectors(1, 1))
    again.close()
  })

  test('a chunk without a sector is no file', async t => {
    const path = folder(t)
    const store = open(path)
    const names = () => readdirSync(`${path}/disks/disk-1`).filter(name => name !== listName)
    store.write(5, 0, sectors(16, 1))
    await store.flush()
    assert.deepEqual(names(), ['5.chunk'])
    assert.equal(statSync(`${path}/disks/disk-1/5.chunk`).size, dataStart + chunkBytes)
    store.clear(5, 0, 15)
    assert.deepEqual(names(), ['5.chunk'])
    store.clear(5, 15, 1)
    assert.equal(store.bitmap(5), undefined)
    await store.flush()
    assert.deepEqual(names(), [])
    store.write(5, 4096, sectors(1, 9))
    await store.flush()
    assert.equal(store.bitmap(5)![0], 0, 'what was cleared does not come back with the file')
    store.close()
  })

  test('survives a header torn by a power cut: the copy beside it stands in', async t => {
    const path = folder(t)
    const store = open(path)
    store.write(0, 0, sectors(8, 1))
    await store.flush()
    store.close()
    const file = `${path}/disks/disk-1/0.chunk`
    const bytes = readFileSync(file)
    for (const [from, to] of [
      [0, headerBytes],
      [headerBytes, 2 * headerBytes],
    ] as const) {
      writeFileSync(file, Buffer.from(bytes).fill(0x77, from + 1500, to))
      const again = open(path)
      assert.equal(again.bitmap(0)![0], 0xff)
      again.close()
    }
    writeFileSync(file, Buffer.from(bytes).fill(0x77, 1500, 2 * headerBytes))
    const broken = open(path)
    assert.throws(() => broken.bitmap(0), { code: 'EIO' })
    assert.throws(() => broken.write(0, 0, sectors(1, 1)), { code: 'EIO' })
    broken.write(1, 0, sectors(1, 1))
    assert.equal(broken.bitmap(1)![0], 1, 'other chunks go on')
    broken.close()
  })

  test('does not take a chunk of another place, disk or key for its own', async t => {
    const path = folder(t)
    const store = open(path)
    store.write(0, 0, sectors(1, 1))
    await store.flush()
    store.close()
    copyFileSync(`${path}/disks/disk-1/0.chunk`, `${path}/disks/disk-1/1.chunk`)
    const moved = open(path)
    assert.throws(() => moved.bitmap(1), { code: 'EIO' })
    moved.close()
    const underOtherKeys = open(path, { dekIds: ['a'.repeat(32)] })
    assert.throws(() => underOtherKeys.bitmap(0), { code: 'EIO' })
    underOtherKeys.close()
  })

  test('a node of a lower epoch reads and writes nothing', async t => {
    const path = folder(t)
    const before = open(path)
    before.write(0, 0, sectors(1, 1))
    await before.flush()
    const next = open(path, { epoch: 5 })
    next.write(0, 0, sectors(1, 2))
    await next.flush()
    // The one before us still has the file open and knows nothing of it.
    before.write(0, 512, sectors(1, 3))
    await assert.rejects(async () => before.flush(), { code: 'EIO' })
    assert.throws(() => before.write(0, 0, sectors(1, 3)), { code: 'EIO' }, 'and stays stopped')
    const late = open(path)
    assert.throws(() => late.write(0, 0, sectors(1, 3)), { code: 'EIO' })
    assert.throws(() => late.clear(0, 0, 1), { code: 'EIO' })
    assert.deepEqual(readOf(next, 0, { offset: 0, length: 512 }), sectors(1, 2))
    for (const store of [before, next, late]) store.close()
  })

  test('more chunks than may be open at once are all there', async t => {
    const path = folder(t)
    const store = fileBlockStore(path).open(identity, 4096 * chunkBytes)
    const count = openFilesMax * 2 + 3
    for (let chunk = 0; chunk < count; chunk++) store.write(chunk, 512, sectors(1, (chunk % 255) + 1))
    const held = () => readdirSync('/proc/self/fd').length
    assert.ok(held() < openFilesMax + 100, held().toString())
    for (let chunk = 0; chunk < count; chunk += 2) store.clear(chunk, 0, 8192)
    await store.flush()
    for (let chunk = 0; chunk < count; chunk++) {
      assert.equal(store.bitmap(chunk)?.[0], chunk % 2 === 0 ? undefined : 2, chunk.toString())
      if (chunk % 2 === 1) assert.deepEqual(readOf(store, chunk, { offset: 512, length: 512 }), sectors(1, (chunk % 255) + 1))
    }
    store.close()
  })

  test('writes, trims and flushes that overlap in time keep every flushed sector', async t => {
    const path = folder(t)
    const store = open(path)
    const flushes: Promise<unknown>[] = []
    for (let round = 1; round <= 40; round++) {
      store.write(round % 5, (round % 7) * 4096, sectors(8, round))
      flushes.push(Promise.resolve(store.flush()))
      if (round % 4 === 0) store.clear(round % 5, 0, 8192)
      if (round % 8 === 0) await Promise.resolve()
    }
    await Promise.all(flushes)
    const live = Array.from({ length: 5 }, (_, chunk) => store.bitmap(chunk)?.toHex())
    store.close()
    const again = open(path)
    assert.deepEqual(
      Array.from({ length: 5 }, (_, chunk) => again.bitmap(chunk)?.toHex()),
      live,
    )
    again.close()
  })

  test('removing a disk removes its files and no other disk', async t => {
    const path = folder(t)
    const store = open(path)
    store.write(0, 0, sectors(1, 1))
    open(path, { diskId: 'disk-2' }).close()
    store.close()
    await fileBlockStore(path).remove('disk-1')
    assert.deepEqual(readdirSync(`${path}/disks`), ['disk-2'])
    await fileBlockStore(path).remove('disk-1')
  })

  test('refuses names that lead elsewhere, and sizes that are not whole sectors', async t => {
    const path = folder(t)
    for (const diskId of ['..', '../x', 'a/b', '', 'a'.repeat(65), '.hidden', 'nul\0']) {
      assert.throws(() => open(path, { diskId }), /disk id/)
      await assert.rejects(fileBlockStore(path).remove(diskId), /disk id/)
    }
    assert.throws(() => fileBlockStore(path).open(identity, 1000), /sectors/)
    assert.ok(!existsSync(`${path}/disks/..x`))
  })
})

describe('a chunk whose file is gone', () => {
  const listed = (path: string) => readdirSync(`${path}/disks/disk-1`).filter(name => name !== listName)

  /** Chunks 0, 1 and 2 written and flushed; the file of 1 is taken away. */
  async function robbed(t: { after(run: () => void): void }): Promise<string> {
    const path = folder(t)
    const store = open(path)
    for (const chunk of [0, 1, 2]) store.write(chunk, 0, sectors(1, chunk + 1))
    await store.flush()
    store.close()
    rmSync(`${path}/disks/disk-1/1.chunk`)
    return path
  }

  test('is no hole: it is neither read nor written, and others go on', async t => {
    const store = open(await robbed(t))
    for (const use of [
      () => store.bitmap(1),
      () => readOf(store, 1, { offset: 0, length: 512 }),
      () => store.write(1, 0, sectors(1, 9)),
      () => store.clear(1, 0, 8_191),
    ])
      assert.throws(use, { code: 'EIO' })
    assert.deepEqual(readOf(store, 0, { offset: 0, length: 512 }), sectors(1, 1))
    assert.equal(store.bitmap(3), undefined, 'what was never written is a hole')
    store.close()
  })

  test('stays lost over reopenings and in forks, until all of it is cleared', async t => {
    const path = await robbed(t)
    open(path).close()
    const store = open(path)
    await store.fork({ diskId: 'disk-2', compartment: compartmentId('a'.repeat(32)) })
    const fork = fileBlockStore(path).open({ ...identity, diskId: 'disk-2', lineage: 'disk-1' }, size)
    assert.throws(() => fork.bitmap(1), { code: 'EIO' })
    assert.deepEqual(readOf(fork, 2, { offset: 0, length: 512 }), sectors(1, 3))
    fork.close()
    store.clear(1, 0, 8_192)
    assert.equal(store.bitmap(1), undefined)
    store.write(1, 0, sectors(1, 9))
    await store.flush()
    store.close()
    const again = open(path)
    assert.deepEqual(readOf(again, 1, { offset: 0, length: 512 }), sectors(1, 9))
    again.close()
  })

  test('was trimmed where the list says so: however often chunks come and go, none is missed', async t => {
    const path = folder(t)
    const store = open(path)
    for (let round = 0; round < 60; round += 1) {
      const chunk = round % 4
      store.write(chunk, 0, sectors(1, round + 1))
      const flushing = store.flush()
      if (round % 3 > 0) store.clear(chunk, 0, 8_192)
      if (round % 5 === 0) store.write(chunk, 512, sectors(1, 200))
      await flushing
      if (round % 2 === 0) await store.flush()
      assert.deepEqual(lostOf(path), [], round.toString())
    }
    await store.flush()
    const live = [0, 1, 2, 3].map(chunk => store.bitmap(chunk)?.toHex())
    assert.deepEqual(
      listed(path).toSorted(),
      live.flatMap((bits, chunk) => (bits === undefined ? [] : [`${chunk}.chunk`])),
    )
    store.close()
    const again = open(path)
    assert.deepEqual(
      [0, 1, 2, 3].map(chunk => again.bitmap(chunk)?.toHex()),
      live,
    )
    again.close()
  })

  test('is not missed by a list that was torn, that rotted, or that is not there: it says nothing then, and is written anew', async t => {
    const path = folder(t)
    const list = `${path}/disks/disk-1/${listName}`
    const store = open(path)
    for (const chunk of [0, 1, 2]) store.write(chunk, 0, sectors(1, 1))
    await store.flush()
    store.close()
    const good = readFileSync(list)
    const damages: readonly (readonly [says: number | undefined, bytes: Buffer])[] = [
      [1, good.subarray(0, 20)],
      [undefined, Buffer.from(good).fill(0xff, 16, 32)],
      [undefined, Buffer.from(good).fill(0, 16, 32)],
      [0, Buffer.alloc(0)],
    ]
    for (const [says, bytes] of damages) {
      writeFileSync(list, bytes)
      assert.equal(readList(`${path}/disks/disk-1`)?.chunks.size, says)
      open(path).close()
      assert.deepEqual(readList(`${path}/disks/disk-1`)?.chunks, new Set([0, 1, 2]))
    }
    rmSync(list)
    open(path).close()
    assert.deepEqual(readList(`${path}/disks/disk-1`)?.chunks, new Set([0, 1, 2]), 'a disk of before there were lists has one from now on')
  })
})

const lostOf = (path: string): readonly number[] =>
  [...(readList(`${path}/disks/disk-1`)?.chunks ?? [])].filter(chunk => !existsSync(`${path}/disks/disk-1/${chunk}.chunk`))
