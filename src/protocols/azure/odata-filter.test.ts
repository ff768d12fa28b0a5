import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '#model/problem.ts'
import { parseFilter } from './odata-filter.ts'

describe('a $filter', () => {
  test('is terms joined by and', () => {
    assert.deepEqual(parseFilter("atScope() and principalId eq 'x' AND assignedTo('it''s')"), [
      { word: 'atscope', argument: undefined },
      { name: 'principalid', equals: 'x' },
      { word: 'assignedto', argument: "it's" },
    ])
    assert.deepEqual(parseFilter(undefined), [])
    assert.deepEqual(parseFilter(' '), [])
  })

  for (const text of [
    "a eq 'x' or b eq 'y'",
    "a ne 'x'",
    "a eq 'x",
    'a',
    "a eq 'x' and",
    "a eq 'x' b eq 'y'",
    "startswith(a,'b')",
    "eq 'x'",
    'a eq',
  ])
    test(`that it does not know is refused, not widened: ${text}`, () =>
      assert.throws(
        () => parseFilter(text),
        error => error instanceof Problem && error.body.code === 'InvalidParameter',
      ))

  test('costs its length where a term is begun and not ended', () => {
    const before = performance.now()
    assert.throws(() => parseFilter(`atScope(${' '.repeat(200_000)}x`))
    assert(performance.now() - before < 1_000)
  })

  test('keeps every text that is quoted as OData quotes', () => {
    fc.assert(
      fc.property(fc.string(), text =>
        assert.deepEqual(parseFilter(`name eq '${text.replaceAll("'", "''")}'`), [{ name: 'name', equals: text }]),
      ),
    )
  })
})
