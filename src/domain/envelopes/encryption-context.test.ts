import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '#model/problem.ts'
import { assertContextBounds, digestOfBound, noContext, serialiseBound } from './encryption-context.ts'

const named = { accountId: '111122223333', keyId: '1234abcd-12ab-34cd-56ef-1234567890ab', materialId: 'a'.repeat(64) }
type Pairs = Readonly<Record<string, string>>
const mapOf = (pairs: Pairs) => new Map(Object.entries(pairs))
const bytesOf = (pairs: Pairs): string => serialiseBound({ ...named, context: mapOf(pairs) }).toHex()

/** Few letters, so that boundaries and doubles come about often. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', 'e\u0301', '空', '\u{1f511}'), maxLength: 4 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const maps = fc.dictionary(text, text, { maxKeys: 6 })
const same = (left: Pairs, right: Pairs): boolean => {
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every(key => Object.hasOwn(right, key) && right[key] === left[key])
}

describe('the bytes an envelope is bound to', () => {
  test('two maps give the same bytes if and only if they are the same map', () => {
    fc.assert(
      fc.property(maps, maps, (left, right) => {
        assert.equal(bytesOf(left) === bytesOf(right), same(left, right))
      }),
      { numRuns: 5_000 },
    )
  })

  test('the order of pairs is of no account', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 8 }), pairs => {
        assert.equal(bytesOf(Object.fromEntries(pairs)), bytesOf(Object.fromEntries(pairs.toReversed())))
      }),
    )
  })

  for (const [left, right] of [
    [{ ab: 'c' }, { a: 'bc' }],
    [{ a: 'b', c: 'd' }, { a: 'bcd' }],
    [
      { a: '1', b: '2' },
      { a: '2', b: '1' },
    ],
    [{ a: '1' }, { A: '1' }],
    [{ é: '1' }, { 'e\u0301': '1' }],
    [{}, { '': '' }],
    [{ 'aws-crypto-public-key': 'x' }, {}],
  ] as const)
    test(`${JSON.stringify(left)} and ${JSON.stringify(right)} differ`, () => {
      assert.notEqual(bytesOf(left), bytesOf(right))
    })

  test('another key, account or material is another binding', () => {
    const digests = [
      named,
      { ...named, accountId: '111122223334' },
      { ...named, keyId: '1234abcd-12ab-34cd-56ef-1234567890ac' },
      { ...named, materialId: 'b'.repeat(64) },
    ].map(one => digestOfBound({ ...one, context: noContext }).toHex())
    assert.equal(new Set(digests).size, 4)
    assert.deepEqual([...new Set(digests.map(digest => digest.length))], [64])
  })

  test('the format is fixed: tag, account, key, material, count, pairs by the bytes of their keys', () => {
    const hex = (value: string): string => Buffer.from(value).toString('hex')
    const field = (value: string): string => Buffer.byteLength(value).toString(16).padStart(8, '0') + hex(value)
    const expected =
      ['keystead/envelope/1', named.accountId, named.keyId, named.materialId].map(field).join('') +
      '00000003' +
      // UTF-8 sorts an astral letter behind U+FFFD; UTF-16 would not.
      [field('a') + field('1'), field('\ufffd') + field('2'), field('\u{1f511}') + field('3')].join('')
    assert.equal(bytesOf({ '\u{1f511}': '3', '\ufffd': '2', a: '1' }), expected)
  })
})

describe('bounds of a context', () => {
  const refused = (pairs: Pairs) =>
    assert.throws(
      () => {
        assertContextBounds(mapOf(pairs))
      },
      (error: unknown) => error instanceof Problem && error.body.code === 'ValidationFailed',
    )

  test('a lone surrogate has no bytes of its own and is refused', () => {
    refused({ 'a\ud800': '1' })
    refused({ a: '\udc00' })
  })

  test('8,192 bytes of keys and values are taken, one more is not', () => {
    assertContextBounds(mapOf({ key: 'v'.repeat(8_189) }))
    refused({ key: 'v'.repeat(8_190) })
    refused({ é: 'v'.repeat(8_191) })
  })
})
