import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bitString, content, elements, encode, encodeInteger, sequenceOf, tags, unsignedInteger } from './der.ts'
import { integerOf } from './integers.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)

describe('DER', () => {
  test('what is encoded reads back, at every length of length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), bytes => {
        fc.pre(bytes.length < 65_536)
        assert.deepEqual(content(elements(encode(tags.octetString, bytes)), 0, tags.octetString), bytes)
      }),
      { numRuns: 50 },
    )
    for (const length of [0, 127, 128, 255, 256, 65_535]) {
      assert.equal(elements(encode(tags.octetString, new Uint8Array(length)))[0]?.content.length, length)
    }
  })

  test('non-negative integers read back, the sign bit padded (X.690 8.3)', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 2048n }), value => {
        assert.equal(integerOf(unsignedInteger(elements(encodeInteger(value)), 0)), value)
      }),
    )
    assert.equal(encodeInteger(0n).toHex(), '020100')
    assert.equal(encodeInteger(127n).toHex(), '02017f')
    assert.equal(encodeInteger(128n).toHex(), '02020080')
  })

  for (const [what, bytes] of [
    ['an indefinite length', '30800000'],
    ['a length of three bytes', '0483000001ff'],
    ['a length that fits into fewer bytes', '048101ff'],
    ['a long length that fits into one byte', '04820080'],
    ['a missing length', '30'],
    ['content that is cut off', '0402ff'],
    ['a length that is cut off', '0482ff'],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.throws(() => elements(hex(bytes)), /^Error: DER/)
    })
  }

  test('a second element after the sequence is refused', () => {
    assert.throws(() => sequenceOf(hex('30000500')), /one element/)
  })

  test('negative, empty and padded integers are refused', () => {
    for (const bytes of ['0201ff', '0200', '02020001']) assert.throws(() => unsignedInteger(elements(hex(bytes)), 0), /integer/)
  })

  test('a bit string with unused bits, and a wrong or missing element, are refused', () => {
    assert.throws(() => bitString(elements(hex('030201fe')), 0), /unused bits/)
    assert.throws(() => content(elements(hex('0500')), 0, tags.integer), /not what was expected/)
    assert.throws(() => content([], 0, tags.integer), /not what was expected/)
  })
})
