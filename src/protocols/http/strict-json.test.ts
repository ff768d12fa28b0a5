import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assert as holds, jsonValue, property } from 'fast-check'
import { Problem } from '#model/problem.ts'
import { parseStrictJson } from './strict-json.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const refused = (input: Uint8Array): void => {
  assert.throws(
    () => parseStrictJson(input),
    (error: unknown) => error instanceof Problem && error.body.code === 'InvalidBody',
  )
}

describe('strict JSON', () => {
  test('reads what JSON.parse reads', () => {
    holds(
      property(jsonValue({ maxDepth: 5 }), value =>
        assert.deepEqual(parseStrictJson(bytes(JSON.stringify(value))), JSON.parse(JSON.stringify(value))),
      ),
    )
  })

  test('refuses a member that is there twice, however it is spelt', () => {
    refused(bytes('{"a":1,"a":2}'))
    refused(bytes('{"a":{"b":1,"b":2}}'))
    refused(bytes(String.raw`{"a":1,"\u0061":2}`))
    refused(bytes('[{"x":1},{"y":1,"y":1}]'))
  })

  test('takes the same name in different objects, and a name as a value', () => {
    assert.deepEqual(parseStrictJson(bytes('{"a":{"a":"a"},"b":["a","a"]}')), { a: { a: 'a' }, b: ['a', 'a'] })
  })

  test('refuses what is no JSON, no UTF-8, too deep or too large', () => {
    for (const text of ['', '{', '{"a"', 'kty=RSA', '{"a":NaN}', '{} x', '"', '{"a":1,}']) refused(bytes(text))
    refused(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))
    refused(bytes('['.repeat(33) + ']'.repeat(33)))
    refused(bytes(`[${'1,'.repeat(20_001)}1]`))
  })

  test('an own __proto__ stays a member and sets no prototype of what is made from it', () => {
    const parsed = parseStrictJson(bytes('{"__proto__":{"polluted":true}}'))
    assert.equal(Reflect.get({}, 'polluted'), undefined)
    assert.deepEqual(Object.keys(parsed as object), ['__proto__'])
  })
})
