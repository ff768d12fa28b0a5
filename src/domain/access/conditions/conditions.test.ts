import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { array, assert as assertProperty, constantFrom, property } from 'fast-check'
import { conditionOf, type FactValue, type Truth } from './evaluate.ts'
import { parseCondition } from './parse.ts'
import { ConditionError } from './syntax.ts'

const secretName = '@Resource[Microsoft.KeyVault/vaults/secrets:name]'
const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'

/** Facts by `Source:name`, in lower case. */
function judged(condition: string, facts: Readonly<Record<string, FactValue>> = {}, action = getSecret): Truth {
  return conditionOf(parseCondition(condition))({ action, facts: ({ source, name }) => facts[`${source}:${name}`.toLowerCase()] })
}
const named = (name: FactValue) => ({ 'resource:microsoft.keyvault/vaults/secrets:name': name })

describe('a condition of version 2.0', () => {
  /** The published examples of operators (conditions-format). */
  for (const [condition, expected] of [
    ["{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", true],
    ["{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'orange', 'green'}", false],
    ["{'red', 'blue'} ForAllOfAnyValues:StringEquals {'orange', 'red', 'blue'}", true],
    ["{'red', 'blue'} ForAllOfAnyValues:StringEquals {'red', 'green'}", false],
    ['{10, 20} ForAnyOfAllValues:NumericLessThan {15, 18}', true],
    ['{10, 20} ForAllOfAllValues:NumericLessThan {5, 15, 18}', false],
    ['{10, 20} ForAllOfAllValues:NumericLessThan {25, 30}', true],
    ['{10, 20} ForAllOfAllValues:NumericLessThan {15, 25, 30}', false],
    ["'abcd' StringLike 'a*c?'", true],
    ["'abcd' StringLike 'A*C?'", false],
    ["'abcd' StringLike 'a*c'", false],
    ["'abcd' StringLikeIgnoreCase 'A*C?'", true],
    [String.raw`'a*c' StringLike 'a\*c'`, true],
    [String.raw`'abc' StringLike 'a\*c'`, false],
    ["'abc' StringStartsWith 'ab'", true],
    ["'abc' StringNotStartsWith 'ab'", false],
    ["'abc' StringEndsWith 'bc'", true],
    ["'abc' StringContains 'B'", false],
    ["'abc' StringContainsIgnoreCase 'B'", true],
    ["'abc' StringNotEqualsIgnoreCase 'ABC'", false],
    ['3 NumericGreaterThanEquals 3', true],
    ['-1 NumericNotEquals 1', true],
    ['true BoolEquals false', false],
    ['true BoolNotEquals false', true],
    ["'12338AF0-0e69-4776-bea7-57ae8d297424' GuidEquals 12338af0-0e69-4776-bea7-57ae8d297424", true],
    ["'2026-01-01T00:00:00Z' DateTimeLessThan '2026-01-01T01:00:00+00:30'", true],
    ["ActionMatches{'Microsoft.KeyVault/*/GETSECRET/action'}", true],
    ["ActionMatches{'Microsoft.Authorization/roleDefinitions/*'}", false],
    ["SubOperationMatches{'Blob.List'}", false],
    ["!('a' StringEquals 'a') OR NOT('a' StringEquals 'b')", true],
    ["('a' StringEquals 'a' && 'a' StringEquals 'b') || 'a' StringEquals 'a'", true],
  ] as const) {
    test(`${condition} is ${expected}`, () => assert.equal(judged(condition), expected))
  }

  test('compares attributes of the request, whose names have no case', () => {
    assert.equal(judged(`${secretName} StringStartsWith 'test-app'`, named('test-app-1')), true)
    assert.equal(judged("@resource[microsoft.keyvault/VAULTS/secrets:name] StringEquals 'a'", named('a')), true)
    assert.equal(judged(`@Request[Microsoft.KeyVault/vaults/secrets:name] StringEquals 'a'`, named('a')), undefined)
    assert.equal(judged(`${secretName} ForAnyOfAnyValues:StringEquals {'a','b'}`, named(['c', 'b'])), true)
    assert.equal(judged(`Exists ${secretName}`, named('a')), true)
    assert.equal(judged(`NOT Exists ${secretName}`), true)
  })

  test('on what is not known cannot be judged, and negating it does not make it true', () => {
    const unknown = `${secretName} StringEquals 'a'`
    for (const condition of [unknown, `!(${unknown})`, `${unknown} AND 'a' StringEquals 'a'`, `${unknown} OR 'a' StringEquals 'b'`])
      assert.equal(judged(condition), undefined, condition)
    assert.equal(judged(`${unknown} OR 'a' StringEquals 'a'`), true)
    assert.equal(judged(`${unknown} AND 'a' StringEquals 'b'`), false)
    assert.equal(judged(`${secretName} ForAllOfAllValues:StringEquals {'a'}`, named([])), undefined, 'nor of nothing')
    assert.equal(judged(`${secretName} StringEquals 'a'`, named(['a'])), true)
    assert.equal(judged(`${secretName} StringEquals 'a'`, named(['a', 'b'])), undefined, 'several where one is compared')
    assert.equal(judged(`${secretName} StringEquals 'a'`, named(7)), undefined, 'another type')
  })

  test('on a name that is the same thing in any case is true only where its case changes nothing', () => {
    const name = (spelled: string) => named({ anyCase: spelled })
    assert.equal(judged(`${secretName} StringEquals 'prod'`, name('prod')), true)
    assert.equal(judged(`${secretName} StringEquals 'prod'`, name('PROD')), undefined)
    assert.equal(judged(`!(${secretName} StringEquals 'prod')`, name('PROD')), undefined, 'a spelling is no way around')
    assert.equal(judged(`${secretName} StringNotStartsWith 'prod'`, name('Prod-x')), undefined)
    assert.equal(judged(`${secretName} StringNotStartsWith 'prod'`, name('dev-x')), true)
    assert.equal(judged(`${secretName} StringEqualsIgnoreCase 'prod'`, name('PROD')), true)
  })

  test('in its usual form is true of every other action', () => {
    const condition = `((!(ActionMatches{'${getSecret}'})) OR (${secretName} StringStartsWith 'test-app'))`
    assert.equal(judged(condition, named('other')), false)
    assert.equal(judged(condition, named('test-app-1')), true)
    assert.equal(judged(condition, {}, 'Microsoft.KeyVault/vaults/secrets/readMetadata/action'), true)
  })

  for (const [why, condition] of [
    ['nothing', ''],
    ['a word alone', 'true'],
    ['an end too early', "'a' StringEquals"],
    ['a parenthesis too few', "('a' StringEquals 'a'"],
    ['a parenthesis too many', "('a' StringEquals 'a'))"],
    ['AND and OR side by side', "'a' StringEquals 'a' AND 'a' StringEquals 'b' OR 'a' StringEquals 'c'"],
    ['an operator that is none', "'a' StringResembles 'a'"],
    ['a quantifier that is none', "'a' ForSomeValues:StringEquals {'a'}"],
    ['a source that is none', "@Token[x] StringEquals 'a'"],
    ['a set without quantifier', "'a' StringEquals {'a'}"],
    ['a text where a number belongs', "@Request[x] NumericEquals '1'"],
    ['a text where a GUID belongs', "@Request[x] GuidEquals 'abc'"],
    ['a time without an offset', "@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00'"],
    ['a quote inside a text', "@Request[x] StringEquals 'it''s'"],
    ['a sign that is none', "@Request[x] == 'a'"],
    ['too deep', `${'('.repeat(80)}'a' StringEquals 'a'${')'.repeat(80)}`],
    ['too many negations', `${'!'.repeat(80)}('a' StringEquals 'a')`],
    ['too long', `'${'a'.repeat(9_000)}' StringEquals 'a'`],
  ] as const) {
    test(`is refused where it has ${why}`, () => assert.throws(() => parseCondition(condition), ConditionError))
  }

  test('never breaks the parser, whatever is written', () => {
    const pieces = [
      '(',
      ')',
      '!',
      'AND',
      'OR',
      "'a'",
      '{',
      '}',
      ',',
      '7',
      'StringEquals',
      'Exists',
      '@Request[x]',
      'ForAnyOfAnyValues:StringEquals',
      ' ',
    ]
    assertProperty(
      property(array(constantFrom(...pieces), { maxLength: 30 }), parts => {
        try {
          judged(parts.join(' '), { 'request:x': 'a' })
        } catch (error) {
          assert.ok(error instanceof ConditionError, String(error))
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
