import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { compiledPolicies } from './compile.ts'

const fact = z.union([z.string(), z.array(z.string())])
const table = z
  .object({ cases: z.array(z.tuple([z.string(), z.record(z.string(), z.unknown()), z.record(z.string(), fact), z.boolean()])) })
  .parse(JSON.parse(readFileSync(new URL('../../../../tests/permissions/account-conditions.json', import.meta.url), 'utf8')))

const arn = 'arn:aws:kms:r:111122223333:key/k'

function holds(condition: unknown, facts: Readonly<Record<string, string | readonly string[]>>, version = '2012-10-17'): boolean {
  const text = JSON.stringify({
    Version: version,
    Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', Condition: condition },
  })
  const [statement] = compiledPolicies(1_000)(text, 'key')?.naming('kms:Encrypt') ?? []
  assert.ok(statement, text)
  return statement.holds(arn, key => facts[key])
}

describe('conditions of policy documents', () => {
  for (const [title, condition, facts, expected] of table.cases)
    test(`${JSON.stringify(condition)}: ${title}`, () => assert.equal(holds(condition, facts), expected))

  test('documents of 2008 have no variables: what looks like one is text', () => {
    const condition = { StringLike: { 'a:b': '${a:c}' } }
    assert.equal(holds(condition, { 'a:b': 'x', 'a:c': 'x' }, '2008-10-17'), false)
    assert.equal(holds(condition, { 'a:b': '${a:c}', 'a:c': 'x' }, '2008-10-17'), true)
  })

  test('patterns of any letters cost no more than their length', () => {
    const before = performance.now()
    const values = [
      `${'*a'.repeat(2_000)}*b`,
      `*${'a'.repeat(8_000)}b*`,
      `*${'a?'.repeat(4_000)}b*`,
      `\${${':'.repeat(16_000)}'}`,
      '${'.repeat(8_000),
    ]
    for (const value of values) assert.equal(holds({ StringLike: { 'a:b': value } }, { 'a:b': 'a'.repeat(8_000) }), false)
    assert(performance.now() - before < 1_000)
  })
})
