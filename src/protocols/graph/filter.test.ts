import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '#model/problem.ts'
import { filterable, property, type Entity } from './entity.ts'
import { parseFilter } from './filter.ts'

interface Thing {
  readonly name: string
  readonly on: boolean
  readonly mail: string | null
  readonly tags: readonly string[]
  readonly secret: string
}

const things: Entity<Thing> = {
  type: 'thing',
  set: 'things',
  properties: {
    name: filterable(value => value.name),
    on: filterable(value => value.on),
    mail: filterable(value => value.mail),
    tags: filterable(value => value.tags),
    secret: property(value => value.secret),
  },
}

const all: readonly Thing[] = [
  { name: "O'Brien", on: true, mail: null, tags: ['red', 'round'], secret: 's' },
  { name: 'obtuse', on: false, mail: 'o@x', tags: [], secret: 's' },
  { name: 'and or not', on: true, mail: 'a@x', tags: ['not (x)'], secret: 's' },
]
const matching = (text: string, advanced = false) =>
  all.flatMap(({ name }, at) => (parseFilter(text, things, advanced).matches(all[at] ?? all[0] ?? assert.fail()) ? [name] : []))
const refused = (error: unknown): boolean => error instanceof Problem && error.body.code === 'NotSupported'

describe('a filter', () => {
  for (const [text, names] of [
    ["name eq 'o''brien'", ["O'Brien"]],
    ["Name EQ 'OBTUSE'", ['obtuse']],
    ["startswith(name,'OB')", ['obtuse']],
    ["startsWith( name , 'o' ) and on eq true", ["O'Brien"]],
    ["on eq true and name eq 'obtuse' or mail eq null", ["O'Brien"]],
    ["on eq true and (name eq 'obtuse' or mail eq 'A@X')", ['and or not']],
    ["tags/any(t:t eq 'RED')", ["O'Brien"]],
    ["tags/any(x:startswith(x,'ro'))", ["O'Brien"]],
    ["tags/any(and:and eq 'not (x)')", ['and or not']],
    ["name in ('obtuse', 'and or not')", ['obtuse', 'and or not']],
    ['((on eq false))', ['obtuse']],
  ] as const)
    test(`${text} finds ${names.join(', ')}`, () => assert.deepEqual(matching(text), names))

  for (const [text, names] of [
    ["name ne 'obtuse'", ["O'Brien", 'and or not']],
    ['not(on eq true)', ['obtuse']],
    ["not startswith(name,'o') and mail ne null", ['and or not']],
    ["endswith(mail,'@X')", ['obtuse', 'and or not']],
  ] as const)
    test(`${text} is for advanced queries alone`, () => {
      assert.throws(() => matching(text), refused)
      assert.deepEqual(matching(text, true), names)
    })

  for (const text of [
    '',
    'name',
    'name eq',
    "name eq 'x",
    "name eq 'x' and",
    "name eq 'x' xor on eq true",
    "(name eq 'x'",
    "name eq 'x')",
    "secret eq 's'",
    "constructor eq 's'",
    "__proto__ eq 's'",
    "tags/any(t:u eq 'x')",
    "tags/all(t:t eq 'x')",
    "name gt 'a'",
    "contains(name,'x')",
    'name in ()',
    `${'('.repeat(40)}on eq true${')'.repeat(40)}`,
  ])
    test(`"${text.slice(0, 40)}" is refused, never left out`, () => assert.throws(() => matching(text, true), refused))

  test('says what every match must be equal to, and nothing that one alternative is', () => {
    const equal = (text: string) => parseFilter(text, things).equal('name')
    assert.equal(equal("on eq true and (NAME eq 'x')"), 'x')
    assert.equal(equal("on eq true or name eq 'x'"), undefined)
    assert.equal(equal("startswith(name,'x')"), undefined)
  })

  test('of any text either parses or is refused, and parsing finds at most what is there', () => {
    const piece = fc.constantFrom(
      'name',
      'on',
      'tags',
      '/any(x:',
      'x',
      ' eq ',
      " 'a''b' ",
      ' true',
      '(',
      ')',
      ',',
      ' and ',
      ' or ',
      ' not ',
      'startswith(',
      '\0',
      "'",
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        try {
          assert(matching(pieces.join(''), true).length <= all.length)
        } catch (error) {
          assert(refused(error), String(error))
        }
      }),
    )
  })
})
