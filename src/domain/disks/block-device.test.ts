import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { fallbackSectorCipher } from '#adapters/native/fallback-mathematics.ts'
import { chunkBytes, sectorBytes } from '#ports/block-store.ts'
import type { ChunkStore } from '#ports/block-store.ts'
import type { BlockDevice } from './block-device.ts'
import { chunkDevice } from './chunk-device.ts'
import { cipherDevice } from './cipher-device.ts'

const size = 3 * chunkBytes + 17 * sectorBytes

/** Chunks in memory, with noise under every hole: who reads a hole is found out. */
function memoryChunks(): ChunkStore & { readonly bytes: Uint8Array; readonly chunks: ReadonlyMap<number, Uint8Array> } {
  const bytes = new Uint8Array(size + chunkBytes).fill(0xa5)
  const chunks = new Map<number, Uint8Array>()
  return {
    bytes,
    chunks,
    bitmap: chunk => chunks.get(chunk),
    read: (chunk, offset, into) => into.set(bytes.subarray(chunk * chunkBytes + offset, chunk * chunkBytes + offset + into.length)),
    write(chunk, offset, data) {
      bytes.set(data, chunk * chunkBytes + offset)
      const bits = chunks.get(chunk) ?? new Uint8Array(1024)
      for (let sector = offset / 512; sector < (offset + data.length) / 512; sector++) bits[sector >> 3]! |= 1 << (sector & 7)
      chunks.set(chunk, bits)
    },
    clear(chunk, first, sectors) {
      const bits = chunks.get(chunk)
      if (bits === undefined) return
      for (let sector = first; sector < first + sectors; sector++) bits[sector >> 3]! &= ~(1 << (sector & 7))
      if (bits.every(byte => byte === 0)) chunks.delete(chunk)
    },
    flush: () => undefined,
    fork: async () => Promise.reject(new Error('not in this test')),
    close: () => undefined,
  }
}

const dek = (seed: number): Uint8Array => Uint8Array.from({ length: 64 }, (_, at) => (seed * 31 + at * 7) & 0xff)
const layers = {
  'chunks alone': (store: ChunkStore) => chunkDevice(store, size),
  'one cipher': (store: ChunkStore) => cipherDevice(chunkDevice(store, size), fallbackSectorCipher(dek(1))),
  'two ciphers': (store: ChunkStore) =>
    cipherDevice(cipherDevice(chunkDevice(store, size), fallbackSectorCipher(dek(1))), fallbackSectorCipher(dek(2))),
}

// Ranges gather at the chunks' borders, in whole sectors.
const range = fc
  .tuple(fc.constantFrom(0, chunkBytes, 2 * chunkBytes, 3 * chunkBytes), fc.integer({ min: -40, max: 40 }), fc.integer({ min: 1, max: 60 }))
  .map(([border, by, sectors]) => {
    const offset = Math.min(Math.max(0, border + by * sectorBytes), size - sectorBytes)
    return { offset, length: Math.min(sectors * sectorBytes, size - offset) }
  })
const step = fc.record({
  what: fc.constantFrom('write' as const, 'write' as const, 'zero' as const, 'provision' as const, 'trim' as const),
  range,
  byte: fc.integer({ min: 1, max: 255 }),
})

function apply(
  device: BlockDevice,
  model: Uint8Array,
  { what, range: { offset, length }, byte }: typeof step extends fc.Arbitrary<infer T> ? T : never,
): void {
  const bytes = new Uint8Array(length).map((_, at) => (at * byte + byte) & 0xff)
  model.set(what === 'write' ? bytes : new Uint8Array(length), offset)
  if (what === 'write') device.write(offset, bytes)
  else if (what === 'trim') device.trim(offset, length)
  else device.zero(offset, length, what === 'zero')
}

describe('block devices', () => {
  for (const [name, make] of Object.entries(layers)) {
    test(`${name}: every range reads as a plain buffer would after any writes, zeroes and trims`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 25 }), fc.array(range, { minLength: 1, maxLength: 8 }), (steps, reads) => {
          const device = make(memoryChunks())
          const model = new Uint8Array(size)
          for (const one of steps) apply(device, model, one)
          for (const { offset, length } of reads) {
            const into = new Uint8Array(length).fill(0xee)
            device.read(offset, into)
            assert.deepEqual(into, model.slice(offset, offset + length))
          }
        }),
        { numRuns: 60 },
      )
    })

    test(`${name}: extents cover a range in order, alternate, and call a hole only what reads as zeroes`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 15 }), range, (steps, { offset, length }) => {
          const device = make(memoryChunks())
          const model = new Uint8Array(size)
          for (const one of steps) apply(device, model, one)
          let at = offset
          let before: boolean | undefined
          for (const extent of device.extents(offset, length)) {
            assert.equal(extent.offset, at)
            assert.ok(extent.length > 0 && extent.length % sectorBytes === 0)
            assert.notEqual(extent.hole, before)
            if (extent.hole) assert.ok(model.subarray(at, at + extent.length).every(byte => byte === 0))
            at += extent.length
            before = extent.hole
          }
          assert.equal(at, offset + length)
        }),
        { numRuns: 40 },
      )
    })
  }

  test('a first sector written does not make noise of the seven beside it', () => {
    const device = layers['one cipher'](memoryChunks())
    device.write(4096 + 512, new Uint8Array(512).fill(7))
    const into = new Uint8Array(4096)
    device.read(4096, into)
    assert.deepEqual(into, new Uint8Array(4096).fill(7, 512, 1024))
  })

  test('zeroes that may not be a hole are written as ciphertext, zeroes that may leave no bit', () => {
    const store = memoryChunks()
    const device = layers['one cipher'](store)
    device.zero(0, 1024, false)
    assert.deepEqual(
      [...device.extents(0, 2048)].map(({ hole, length }) => [hole, length]),
      [
        [false, 1024],
        [true, 1024],
      ],
    )
    assert.notDeepEqual(store.bytes.slice(0, 512), new Uint8Array(512), 'encrypted zeroes are not zeroes')
    assert.notDeepEqual(store.bytes.slice(0, 512), store.bytes.slice(512, 1024), 'nor alike in two sectors')
    device.zero(0, 1024, true)
    assert.equal(store.chunks.size, 0, 'a chunk without a bit is given back')
  })

  test('two layers store PMK(CMK(data)): the first over the chunks is the outermost', () => {
    const store = memoryChunks()
    layers['two ciphers'](store).write(1024, new Uint8Array(512).fill(9))
    const stored = store.bytes.slice(1024, 1536)
    fallbackSectorCipher(dek(1)).decrypt(2, stored)
    fallbackSectorCipher(dek(2)).decrypt(2, stored)
    assert.deepEqual(stored, new Uint8Array(512).fill(9))
  })
})
