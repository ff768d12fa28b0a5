import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { boxOverheadBytes } from '#crypto/derived-key-box.ts'
import { readBlob, writeBlob } from './ciphertext-blob.ts'

const hexDigits = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytes => bytes.toHex())
const names = fc.record({
  accountId: fc.integer({ min: 0, max: 10 ** 12 - 1 }).map(number => number.toString().padStart(12, '0')),
  keyId: fc.oneof(
    fc.uuid({ version: 4 }),
    hexDigits(16).map(digits => `mrk-${digits}`),
  ),
  materialId: hexDigits(32),
})

describe('a ciphertext of a symmetric key', () => {
  test('names its key, and what is read is what was written', () => {
    fc.assert(
      fc.property(names, fc.uint8Array({ minLength: 1, maxLength: 200 }), (named, box) => {
        const read = readBlob(writeBlob(named, box))
        assert.deepEqual(read?.named, { ...named })
        assert.deepEqual(Buffer.from(read.box), Buffer.from(box))
      }),
    )
  })

  test('a changed byte in front is another key or none, never the same', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 59 }), fc.integer({ min: 1, max: 255 }), (named, at, mask) => {
        const blob = writeBlob(named, Uint8Array.of(1))
        const read = readBlob(blob.map((byte, index) => (index === at ? byte ^ mask : byte)))
        if (read !== undefined) assert.notDeepEqual(read.named, named)
      }),
    )
  })

  test('its base64 begins as clients know it, and 4,096 bytes of plaintext stay below 6,144', () => {
    const named = { accountId: '000000000001', keyId: '1234abcd-12ab-34cd-56ef-1234567890ab', materialId: 'f'.repeat(64) }
    const blob = writeBlob(named, new Uint8Array(boxOverheadBytes + 4_096))
    assert.match(Buffer.from(blob).toString('base64'), /^AQICAH/)
    assert.ok(blob.length <= 6_144)
  })

  test('what no key here wrote is none', () => {
    for (const wrong of [new Uint8Array(0), new Uint8Array(60), new Uint8Array(6_144), Uint8Array.fromHex('0102020078')])
      assert.equal(readBlob(wrong), undefined)
    const good = writeBlob({ accountId: '1'.repeat(12), keyId: `mrk-${'0'.repeat(32)}`, materialId: '0'.repeat(64) }, new Uint8Array(1))
    assert.notEqual(readBlob(good), undefined)
    assert.equal(readBlob(good.subarray(0, -1)), undefined, 'a box is never empty')
    assert.equal(readBlob(good.with(5, 2)), undefined)
    assert.equal(readBlob(good.with(6, 0xff)), undefined, 'an account has twelve digits')
  })
})
