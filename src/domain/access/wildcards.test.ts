import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { conditionIn } from './conditions/condition-in.ts'
import { entryMatch } from './role-definition.ts'
import { matcherOf } from './wildcard-matcher.ts'
import { anyOne, anyRun, follows, type Piece } from './wildcards.ts'

/** Tries every division of the text: right, and of no use where the text is long. */
function followsSlowly(text: string, pieces: readonly Piece[]): boolean {
  const [first, ...rest] = pieces
  if (first === undefined) return text === ''
  if (first !== anyRun) return text !== '' && (first === anyOne || first === text[0]) && followsSlowly(text.slice(1), rest)
  return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some(tail => followsSlowly(tail, rest))
}

describe('a pattern with wildcards', () => {
  test('is followed by what trying every division says', () => {
    const piece = fc.constantFrom<Piece>('a', 'b', anyOne, anyRun)
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map(letters => letters.join(''))
    fc.assert(
      fc.property(text, fc.array(piece, { maxLength: 6 }), (said, pieces) => {
        const expected = followsSlowly(said, pieces)
        return follows(said, pieces) === expected && matcherOf(pieces)(said) === expected
      }),
      { numRuns: 5_000 },
    )
  })

  test('costs no more for many wildcards: neither a condition nor a role stops the instance', () => {
    const name = 'a'.repeat(127)
    const action = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'
    const before = performance.now()
    const like = conditionIn(`@Resource[Microsoft.KeyVault/vaults/secrets:name] StringLike '${'*a'.repeat(60)}*b'`)
    const matches = conditionIn(`ActionMatches{'${'*'.repeat(60)}x'}`)
    for (const condition of [like, matches]) assert.equal(condition?.({ action, facts: () => name }), false)
    const role = entryMatch({
      actions: [`${'*t'.repeat(40)}*!`, '*'.repeat(100) + 'x'],
      notActions: [],
      dataActions: [],
      notDataActions: [],
    })
    assert.equal(role(action, false), false)
    assert(performance.now() - before < 1_000)
  })

  test('of thousands of letters costs no more than thousands, whichever they are', () => {
    const text = 'a'.repeat(8_000)
    const before = performance.now()
    for (const letters of ['a'.repeat(4_000), '?'.repeat(4_000), 'a?'.repeat(2_000), 'ab'.repeat(2_000)])
      for (const pattern of [`*${letters}b`, `*${letters}b*`, `*b${letters}*`, `${'*a?'.repeat(1_000)}*b*`]) {
        const pieces = pattern.split('').map((letter): Piece => (letter === '*' ? anyRun : letter === '?' ? anyOne : letter))
        assert.equal(matcherOf(pieces)(text), false)
      }
    assert(performance.now() - before < 2_000)
  })

  test('of a role is compared without case; of a condition as its operator says', () => {
    const role = entryMatch({ actions: ['microsoft.keyvault/*/READ'], notActions: ['*/Secrets/*'], dataActions: [], notDataActions: [] })
    assert.deepEqual(
      [
        'Microsoft.KeyVault/vaults/read',
        'Microsoft.KeyVault/vaults/secrets/read',
        'Microsoft.KeyVault/read',
        'xMicrosoft.KeyVault/a/read',
      ].map(action => role(action, false)),
      [true, false, false, false],
    )
    const says = (operator: string, pattern: string, name: string) =>
      conditionIn(`@Resource[a:b] ${operator} '${pattern}'`)?.({ action: '', facts: () => name })
    assert.deepEqual(
      [
        says('StringLike', 'A?c*', 'Abcde'),
        says('StringLike', 'A?c*', 'abcde'),
        says('StringLikeIgnoreCase', 'A?C*', 'abcde'),
        says('StringLike', String.raw`a\*c`, 'a*c'),
        says('StringLike', String.raw`a\*c`, 'abc'),
        says('StringLike', String.raw`a\b`, String.raw`a\b`),
        says('StringNotLike', 'a*', 'b'),
      ],
      [true, false, true, true, false, true, true],
    )
  })
})
