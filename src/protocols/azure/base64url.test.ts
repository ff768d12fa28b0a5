import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { base64url, fromBase64url, toBase64url } from './base64url.ts'

describe('base64url', () => {
  test('what is written is read back, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        const text = toBase64url(bytes)
        assert.match(text, /^[A-Za-z0-9_-]*$/)
        assert.deepEqual(fromBase64url(text), bytes)
        assert.deepEqual(fromBase64url(text.padEnd(Math.ceil(text.length / 4) * 4, '=')), bytes)
      }),
    )
  })

  test('two texts that differ in more than padding are never the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'Q', 'g', 'w', 'B', 'Z', '_', '-', '='), maxLength: 9 }), text => {
        const bytes = fromBase64url(text)
        if (bytes !== undefined) assert.equal(toBase64url(bytes), text.replace(/=+$/, ''))
      }),
    )
  })

  for (const [why, text] of [
    ['the alphabet of base64', 'ab+/'],
    ['white space', 'AA A'],
    ['a line end', 'AAAA\n'],
    ['one digit too many', 'AAAAA'],
    ['spare bits that are not zero', 'AB'],
    ['spare bits that are not zero, of two bytes', 'AAB'],
    ['padding where there is none to be', 'AAAA='],
    ['too little padding', 'AA='],
    ['padding in the middle', 'AA==AAAA'],
    ['padding alone', '='],
  ] as const)
    test(`${why} is refused`, () => assert.equal(fromBase64url(text), undefined))

  test('a refusal does not repeat what was sent', () => {
    const refused = base64url.safeParse('secret+value')
    assert.ok(!refused.success)
    assert.ok(!JSON.stringify(refused.error.issues).includes('secret'))
  })
})
