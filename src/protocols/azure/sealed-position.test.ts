import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { compartmentId } from '#model/brands.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { Problem } from '#model/problem.ts'
import { createBarrier } from '#domain/seal/barrier.ts'
import { openPlace, openPosition, sealPlace, sealPosition, type PositionBound } from './sealed-position.ts'

const compartment = compartmentId('1'.repeat(32))
const bound: PositionBound = { compartment, collection: '/keys', caller: 'somebody' }
const rootKey = createSecretKey(randomBytes(32))

/** Twice the same keys, and nothing remembered by the second: another start of the same instance. */
function twoStarts() {
  const [one, other] = [1, 2].map(() => createBarrier({ rootKey, rootEpoch: 1, random: systemRandom() }))
  assert(one && other)
  const rows = [one.newCompartment(compartment)]
  one.admit(rows)
  other.admit(rows)
  return { one, other }
}

const refused = (open: () => unknown): void =>
  assert.throws(open, error => error instanceof Problem && error.body.code === 'InvalidPagingToken')

describe('where the next page begins', () => {
  test('is found again by whoever gave it out, and by another start of the instance', () => {
    const { one, other } = twoStarts()
    const token = sealPosition(one, bound, 7_168)
    assert.deepEqual([openPosition(one, bound, token), openPosition(other, bound, token)], [7_168, 7_168])
    const place = sealPlace(one, bound, 'm')
    assert.deepEqual([openPlace(one, bound, place), openPlace(other, bound, place)], ['m', 'm'])
  })

  test('is good for one list and one caller, given out lately or not', () => {
    const { one, other } = twoStarts()
    const token = sealPosition(one, bound, 1)
    for (const barrier of [one, other])
      for (const changed of [{ caller: 'another' }, { collection: '/secrets' }])
        refused(() => openPosition(barrier, { ...bound, ...changed }, token))
    const flipped = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`
    for (const barrier of [one, other]) refused(() => openPosition(barrier, bound, flipped))
  })

  test('ends with the term that it was sealed under, though it was given out a moment ago', () => {
    const { one } = twoStarts()
    const token = sealPosition(one, bound, 1)
    one.admit([one.nextTerm(compartment)])
    assert.equal(openPosition(one, bound, token), 1)
    assert.notEqual(sealPosition(one, bound, 1), token, 'a new one is under the newest term')
    one.forgetTerm(compartment, 1)
    refused(() => openPosition(one, bound, token))
  })
})
