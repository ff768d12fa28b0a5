// One suite over the native module and over what stands in for it; what they make is compared bit for bit.
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { CrcName, RunningCrc } from '#crypto/crc.ts'
import { boxTagBytes, type Bound, type ByteMathematics } from '#ports/byte-mathematics.ts'
import { doesBytes, loadBinding } from './binding.ts'
import { fallbackBytes } from './fallback-bytes.ts'
import { nativeBytes, runningCrc } from './native-bytes.ts'

const loaded = loadBinding()
const binding = 'binding' in loaded && doesBytes(loaded.binding) ? loaded.binding : undefined
const starts: Record<string, (name: CrcName) => RunningCrc> = { fallback: fallbackBytes.startCrc }
const backends: Record<string, ByteMathematics> = { fallback: fallbackBytes }
if (binding !== undefined) {
  const native = nativeBytes(binding)
  backends['native'] = native
  starts['native, folded'] = native.startCrc
  starts['native, by tables'] = name => (name === 'crc32' ? native.startCrc(name) : runningCrc(binding, name, false))
}

test(
  'where the native module is built, it does this',
  { skip: 'reason' in loaded && process.env['CI'] !== 'true' && loaded.reason },
  () => {
    assert(binding !== undefined)
  },
)

const names = ['crc32', 'crc32c', 'crc64nvme'] as const
for (const [backend, start] of Object.entries(starts)) {
  const of = (name: CrcName, ...pieces: readonly Uint8Array[]): string => {
    const running = start(name)
    for (const piece of pieces) running.update(piece)
    return running.digest().toHex()
  }

  describe(`checksums, ${backend}`, () => {
    test('each has the check value of its definition over the digits 1 to 9, and zero of nothing', () => {
      assert.deepEqual(
        names.map(name => of(name, Buffer.from('123456789'))),
        ['cbf43926', 'e3069283', 'ae8b14860a799888'],
      )
      assert.deepEqual(
        names.map(name => of(name)),
        ['00000000', '00000000', '0000000000000000'],
      )
    })

    // RFC 3720 B.4; NVM Express NVM Command Set 1.0a, 5.2.1.3.5, for blocks of 4 KiB.
    test('each has the published values of long runs', () => {
      const upwards = Uint8Array.from({ length: 32 }, (_, at) => at)
      assert.equal(of('crc32c', Buffer.alloc(32)), '8a9136aa')
      assert.equal(of('crc32c', Buffer.alloc(32, 0xff)), '62a8ab43')
      assert.equal(of('crc32c', upwards), '46dd794e')
      assert.equal(of('crc32c', upwards.toReversed()), '113fdb5c')
      assert.equal(of('crc64nvme', Buffer.alloc(4096)), '6482d367eb22b64e')
      assert.equal(of('crc64nvme', Buffer.alloc(4096, 0xff)), 'c0ddba7302eca3ac')
      assert.equal(
        of(
          'crc64nvme',
          Uint8Array.from({ length: 4096 }, (_, at) => at),
        ),
        '3e729f5f6750449c',
      )
    })

    test('the pieces do not matter, nor where they begin in memory, and every backend says the same', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(700), fc.nat(16), (bytes, cut, offset) => {
          const moved = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset)
          for (const name of names) {
            const whole = of(name, bytes)
            assert.equal(of(name, moved.subarray(0, cut), moved.subarray(cut)), whole, name)
            const running = fallbackBytes.startCrc(name)
            running.update(bytes)
            assert.equal(running.digest().toHex(), whole, name)
          }
        }),
      )
    })
  })
}

const [nonce, aad] = [randomBytes(12), randomBytes(44)]
const derivation = { key: randomBytes(32), salt: randomBytes(32), info: 'keystead/test' }
const key = Buffer.from(hkdfSync('sha256', derivation.key, derivation.salt, derivation.info, 32))
function expected(plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Uint8Array.from(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

for (const [backend, { openBoxes }] of Object.entries(backends)) {
  describe(`boxes, ${backend}`, () => {
    test('are what node:crypto makes, of any length, in other memory or in place, one after the other', () => {
      using boxes = openBoxes(derivation)
      for (const length of [0, 1, 15, 16, 17, 4_096, 65_536]) {
        const plain = Uint8Array.from(randomBytes(length))
        const box = new Uint8Array(length + boxTagBytes)
        boxes.seal({ nonce, aad }, plain, box)
        assert.deepEqual(box, expected(plain))
        const inPlace = new Uint8Array(length + boxTagBytes)
        inPlace.set(plain)
        boxes.seal({ nonce, aad }, inPlace.subarray(0, length), inPlace)
        assert.deepEqual(inPlace, box)
        const opened = new Uint8Array(length)
        assert.equal(boxes.open({ nonce, aad }, box, opened), true)
        assert.deepEqual(opened, plain)
        assert.equal(boxes.open({ nonce, aad }, inPlace, inPlace.subarray(0, length)), true)
        assert.deepEqual(inPlace.subarray(0, length), plain)
      }
    })

    // RFC 5869 A.3, the first 32 bytes of it: neither salt nor info.
    test('are under the key that HKDF derives', () => {
      const derived = Buffer.from('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d', 'hex')
      using boxes = openBoxes({ key: Buffer.alloc(22, 0x0b), salt: new Uint8Array(0), info: '' })
      const box = new Uint8Array(26)
      boxes.seal({ nonce, aad }, new Uint8Array(10), box)
      const decipher = createDecipheriv('aes-256-gcm', derived, nonce).setAAD(aad).setAuthTag(box.subarray(10))
      assert.deepEqual(Buffer.concat([decipher.update(box.subarray(0, 10)), decipher.final()]), Buffer.alloc(10))
    })

    test('do not open when a bit of them, of the nonce or of what they are bound to is another, nor under another key; nothing is left in memory', () => {
      using boxes = openBoxes(derivation)
      const box = expected(randomBytes(100))
      const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
        const changed = Uint8Array.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return changed
      }
      const refused = (from: Uint8Array, bound: Bound = { nonce, aad }, by = boxes): void => {
        const into = new Uint8Array(100).fill(7)
        assert.equal(by.open(bound, from, into), false)
        assert(into.every(byte => byte === 0))
      }
      for (let bit = 0; bit < box.length * 8; bit += 1) refused(flipped(box, bit))
      for (let bit = 0; bit < 96; bit += 1) refused(box, { nonce: flipped(nonce, bit), aad })
      for (let bit = 0; bit < 44 * 8; bit += 1) refused(box, { nonce, aad: flipped(aad, bit) })
      using others = openBoxes({ ...derivation, key: randomBytes(32) })
      refused(box, { nonce, aad }, others)
      assert.equal(boxes.open({ nonce, aad }, box, new Uint8Array(100)), true, 'control')
    })

    test('of other lengths are refused, as are other keys and nonces, and a closed one is of no use', () => {
      assert.throws(() => openBoxes({ ...derivation, salt: randomBytes(65) }))
      const own = Uint8Array.from(derivation.key)
      const boxes = openBoxes({ ...derivation, key: own })
      own.fill(0)
      const box = new Uint8Array(26)
      boxes.seal({ nonce, aad }, new Uint8Array(10), box)
      assert.deepEqual(box, expected(new Uint8Array(10)), 'the caller may zero its key at once')
      assert.throws(() => boxes.seal({ nonce, aad }, new Uint8Array(11), box))
      assert.throws(() => boxes.open({ nonce, aad }, box, new Uint8Array(11)))
      assert.throws(() => boxes.seal({ nonce: randomBytes(16), aad }, new Uint8Array(10), box))
      boxes[Symbol.dispose]()
      assert.throws(() => boxes.seal({ nonce, aad }, new Uint8Array(10), box))
      assert.throws(() => boxes.open({ nonce, aad }, box, new Uint8Array(10)))
    })
  })
}
