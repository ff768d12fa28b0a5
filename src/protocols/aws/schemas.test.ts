import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '#model/problem.ts'
import { formTree } from './form.ts'
import { blob, enumOf, flag, integer, list, optional, structure, text, textMap, timestamp } from './schemas.ts'
import { readShape } from './shape.ts'

const tag = structure({ TagKey: text({ min: 1, max: 128 }), TagValue: text({ max: 256 }) })
const body = structure({
  KeyId: text({ min: 1, max: 8 }),
  KeySpec: optional(enumOf(['AES_128', 'AES_256'])),
  Plaintext: optional(blob({ min: 1, max: 4 })),
  Limit: optional(integer({ min: 1, max: 1000 })),
  DryRun: optional(flag),
  ValidTo: optional(timestamp),
  EncryptionContext: optional(textMap),
  Name: optional(text({ pattern: /^[a-z]+$/ })),
  Tags: optional(list(tag, { max: 2 })),
})

const refusal = (value: unknown, textual = false): Problem => {
  try {
    readShape(body, value, { textual })
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  return assert.fail('was read')
}
const saidOf = ({ body: problem }: Problem): string => {
  assert(problem.code === 'ValidationFailed' || problem.code === 'InvalidBody')
  return problem.details.message
}

describe('a body by its schema', () => {
  test('has its members, without those that nobody knows and those that are null', () => {
    const read = readShape(
      body,
      {
        KeyId: 'k',
        Plaintext: 'aGk=',
        ValidTo: 1_700_000_000.123,
        EncryptionContext: { a: 'b', n: 7, t: true },
        Limit: null,
        Unknown: [1],
      },
      { textual: false },
    )
    assert.deepEqual(read, {
      KeyId: 'k',
      Plaintext: Buffer.from('hi'),
      ValidTo: 1_700_000_000_123,
      EncryptionContext: new Map([
        ['a', 'b'],
        ['n', '7'],
        ['t', 'true'],
      ]),
    })
  })

  test('is refused with everything that is outside its bounds, in the words of the service', () => {
    const problem = refusal({
      KeyId: '',
      KeySpec: 'AES',
      Limit: 1001,
      Name: 'A',
      Tags: [{ TagKey: '', TagValue: 'v' }, { TagValue: null }],
    })
    assert.equal(problem.body.code, 'ValidationFailed')
    assert.equal(
      saidOf(problem),
      "7 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value 'AES' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_128, AES_256]; " +
        "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000; " +
        "Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z]+$; " +
        "Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value null at 'tags.2.member.tagKey' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null",
    )
    assert.match(saidOf(refusal({})), /^1 validation error detected: Value null at 'keyId' failed/)
  })

  test('shows no bytes when it refuses them', () => {
    const said = saidOf(refusal({ KeyId: 'k', Plaintext: Buffer.from('secret').toString('base64') }))
    assert.equal(
      said,
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=6 cap=6]' at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4",
    )
  })

  test('shows a pattern as the model has it, and holds the whole value to it', () => {
    const named = structure({ Name: text({ pattern: String.raw`[\w]+` }), Marker: optional(text({ pattern: 'a|b' })) })
    const asked = (value: object): string => {
      try {
        readShape(named, value, { textual: false })
      } catch (error) {
        return error instanceof Problem ? saidOf(error) : ''
      }
      return 'read'
    }
    assert.equal(asked({ Name: 'a_1', Marker: 'b' }), 'read')
    for (const Name of ['', 'a b', 'a\n', '!']) assert.match(asked({ Name }), /satisfy regular expression pattern: \[\\w\]\+$/)
    assert.match(asked({ Name: 'a', Marker: 'ab' }), /pattern: a\|b$/)
  })

  test('names what is missing in a map and in a list', () => {
    assert.match(saidOf(refusal({ KeyId: 'k', EncryptionContext: { a: null } })), /Value null at 'encryptionContext.a.member' failed/)
    const listed = structure({ Operations: list(text(), { min: 1 }) })
    assert.throws(
      () => readShape(listed, { Operations: [] }, { textual: false }),
      (error: unknown) => {
        assert(error instanceof Problem)
        return saidOf(error).startsWith("1 validation error detected: Value '[]' at 'operations' failed")
      },
    )
  })

  test('has the types of its members, or is none', () => {
    for (const wrong of [
      { KeyId: 7 },
      { KeyId: 'k', Plaintext: 'not base64!' },
      { KeyId: 'k', Plaintext: 'aGk' },
      { KeyId: 'k', DryRun: 'true' },
      { KeyId: 'k', Limit: 1.5 },
      { KeyId: 'k', Tags: {} },
      { KeyId: 'k', EncryptionContext: [] },
      { KeyId: 'k', ValidTo: 'soon' },
      [],
    ])
      assert.equal(refusal(wrong).body.code, 'InvalidBody', JSON.stringify(wrong))
    assert.equal(saidOf(refusal({ KeyId: 7 })), 'NUMBER_VALUE can not be converted to a String')
  })

  test('of a form is the same, its lists in the order of their numbers', () => {
    const form = formTree(
      'KeyId=k&Limit=7&DryRun=true&ValidTo=2026-01-02T03:04:05Z&Tags.member.2.TagKey=b&Tags.member.2.TagValue=&Tags.member.1.TagKey=a%20b&Tags.member.1.TagValue=1',
    )
    assert.deepEqual(readShape(body, form, { textual: true }), {
      KeyId: 'k',
      Limit: 7,
      DryRun: true,
      ValidTo: 1_767_323_045_000,
      Tags: [
        { TagKey: 'a b', TagValue: '1' },
        { TagKey: 'b', TagValue: '' },
      ],
    })
    for (const wrong of ['KeyId=a&KeyId=b', 'KeyId=a&KeyId.x=b', 'KeyId=%zz', `KeyId=${'a.'.repeat(20)}`.replace('=', '.=')])
      assert.throws(() => readShape(body, formTree(wrong), { textual: true }), Problem, wrong)
  })

  test('whatever comes is read or refused with a Problem', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, textual) => {
        try {
          readShape(body, { KeyId: 'k', Tags: value, EncryptionContext: value, Plaintext: value, Limit: value }, { textual })
        } catch (error) {
          assert(error instanceof Problem)
        }
      }),
    )
  })
})
