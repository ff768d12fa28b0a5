import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { memoryObjectStore } from '#adapters/memory/object-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { compartmentId, sealed, type Bytes } from '#model/brands.ts'
import { testClock } from '#domain/testing.ts'
import { chunkBytes, headerBytes, sealedChunkBytes } from './byte-seal.ts'
import { openSealedBytes, readBytes, sealBytes, writeBytes, type ByteRange, type KeyedBytes } from './object-bytes.ts'
import { inPieces } from './read-object.ts'

const random = systemRandom()
const mathematics = loadNative().bytes
const compartment = compartmentId('ab'.repeat(16))
const under = (layers = 1): KeyedBytes => ({
  name: { compartment, id: randomBytes(16).toString('hex') },
  keys: Array.from({ length: layers }, () => randomBytes(32)),
})

async function* cut(bytes: Bytes, size: number): AsyncGenerator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function written(bytes: Bytes, how: { readonly layers?: number; readonly piece?: number } = {}) {
  const store = memoryObjectStore(testClock())
  const keyed = under(how.layers)
  await writeBytes({ store, random, mathematics }, keyed, { length: bytes.length, bytes: cut(bytes, how.piece ?? 10_000) })
  const at = store.kept.get(`${compartment}/${keyed.name.id}`) ?? assert.fail('nothing was kept')
  const read = async (range: ByteRange = { start: 0, end: bytes.length }, keys = keyed.keys) => {
    const read = await readBytes({ store, mathematics }, { name: keyed.name, keys }, { length: bytes.length, range })
    return Buffer.concat(await Array.fromAsync(inPieces(read)))
  }
  return { store, keyed, at, read }
}

describe('the bytes of an object', () => {
  test('come back as they were, in whatever pieces they came, under one layer or two', async () => {
    for (const layers of [1, 2])
      for (const length of [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 4 * chunkBytes, 9 * chunkBytes + 1]) {
        const bytes = randomBytes(length)
        const { read, at } = await written(bytes, { layers, piece: 7_001 })
        assert.deepEqual(await read(), bytes)
        assert.equal(at.bytes.length, headerBytes + length + 16 * layers * Math.max(1, Math.ceil(length / chunkBytes)))
      }
  })

  test('come in any range that lies in them', async () => {
    const bytes = randomBytes(9 * chunkBytes + 4_321)
    const { read } = await written(bytes)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.nat(bytes.length), async (one, other) => {
        const range = { start: Math.min(one, other), end: Math.max(one, other) }
        assert.deepEqual(await read(range), bytes.subarray(range.start, range.end))
      }),
      { numRuns: 60 },
    )
  })

  test('are nowhere in clear where they lie', async () => {
    const bytes = Buffer.from('canary-of-the-bytes-of-an-object'.repeat(100))
    const { at } = await written(bytes, { layers: 2 })
    assert(!Buffer.from(at.bytes).includes('canary'))
  })

  test('are never other bytes: a flipped bit anywhere refuses, and what came before it was right', async () => {
    const bytes = randomBytes(chunkBytes + 100)
    const { read, at } = await written(bytes)
    const whole = at.bytes
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async bit => {
        const changed = Buffer.from(whole)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        at.bytes = sealed(changed)
        await assert.rejects(read(), /changed or are damaged/)
      }),
      { numRuns: 60 },
    )
  })

  test('are never fewer or more: what was cut or lengthened anywhere refuses, at the edge of a chunk too', async () => {
    const { read, at } = await written(randomBytes(2 * chunkBytes + 5))
    const whole = at.bytes
    const lengths = [0, headerBytes, headerBytes + sealedChunkBytes(1), headerBytes + 2 * sealedChunkBytes(1), whole.length - 1]
    for (const length of lengths) {
      at.bytes = sealed(whole.subarray(0, length))
      await assert.rejects(read())
    }
    at.bytes = sealed(Buffer.concat([whole, Buffer.alloc(1)]))
    await assert.rejects(read())
  })

  test('keep their order: a chunk in the place of another refuses', async () => {
    const { read, at } = await written(randomBytes(3 * chunkBytes))
    const chunk = (number: number): Bytes =>
      at.bytes.subarray(headerBytes + number * sealedChunkBytes(1), headerBytes + (number + 1) * sealedChunkBytes(1))
    const swapped = Buffer.concat([at.bytes.subarray(0, headerBytes), chunk(1), chunk(0), chunk(2)])
    const repeated = Buffer.concat([at.bytes.subarray(0, headerBytes), chunk(0), chunk(1), chunk(1)])
    for (const changed of [swapped, repeated]) {
      at.bytes = sealed(changed)
      await assert.rejects(read(), /changed or are damaged/)
    }
  })

  test("do not open under another key, another name, or with another run's chunks", async () => {
    const bytes = randomBytes(1_000)
    const { read, at, store, keyed } = await written(bytes)
    await assert.rejects(read(undefined, [randomBytes(32)]), /changed or are damaged/)
    const other = { name: { compartment, id: randomBytes(16).toString('hex') }, keys: keyed.keys }
    await writeBytes({ store, random, mathematics }, other, { length: bytes.length, bytes: cut(bytes, 100) })
    const theirs = store.kept.get(`${compartment}/${other.name.id}`)?.bytes ?? assert.fail()
    const mine = at.bytes
    at.bytes = theirs
    await assert.rejects(read(), /changed or are damaged/)
    at.bytes = sealed(Buffer.concat([mine.subarray(0, headerBytes), theirs.subarray(headerBytes)]))
    await assert.rejects(read(), /changed or are damaged/)
  })

  test('are exactly as many as were announced, or none: more and fewer are refused, and whoever gives them is told to stop', async () => {
    const store = memoryObjectStore(testClock())
    for (const announced of [0, 99, 101, chunkBytes, 2 * chunkBytes]) {
      let ended = false
      async function* given(): AsyncGenerator<Bytes> {
        try {
          yield randomBytes(100)
        } finally {
          ended = true
        }
      }
      await assert.rejects(writeBytes({ store, random, mathematics }, under(), { length: announced, bytes: given() }), /announced/)
      assert(ended)
    }
    assert.equal(store.kept.size, 0)
  })

  test('are the same where they stay in memory, and open there under their own keys and name alone', async () => {
    const bytes = randomBytes(10_000)
    for (const layers of [1, 2]) {
      const keyed = under(layers)
      const run = await sealBytes({ random, mathematics }, keyed, { length: bytes.length, bytes: cut(bytes, 3_000) })
      assert(!Buffer.from(run).includes(bytes.subarray(0, 16)))
      const open = (at: KeyedBytes) => Buffer.from(openSealedBytes(mathematics, at, Uint8Array.from(run)))
      assert.deepEqual(open(keyed), bytes)
      assert.throws(() => open({ ...keyed, keys: under(layers).keys }), /changed or are damaged/)
      assert.throws(() => open({ ...keyed, name: under().name }), /changed or are damaged/)
    }
  })
})
