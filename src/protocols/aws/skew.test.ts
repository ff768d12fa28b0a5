import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { assertCurrent } from './skew.ts'

const basic = (time: number): string =>
  Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
const refused = (date: string, now: number, expiresSeconds?: number): string | undefined => {
  try {
    assertCurrent({ date, expiresSeconds }, { now: millis(now), skewMinutes: 5 })
    return undefined
  } catch (error) {
    assert(error instanceof Problem)
    return error.body.code
  }
}

test('a request is current five minutes before and after its second, in every year', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 * 365 * 86_400 }), fc.integer({ min: -600, max: 600 }), (seconds, late) => {
      const signed = seconds * 1_000
      assert.equal(refused(basic(signed), signed + late * 1_000), Math.abs(late) > 300 ? 'SignatureStale' : undefined)
    }),
  )
})

test('a presigned request is current from its date on, for as long as it says', () => {
  const now = 1_767_225_600_000
  assert.equal(refused(basic(now), now + 60_000, 60), undefined)
  assert.equal(refused(basic(now), now + 61_000, 60), 'SignatureStale')
  assert.equal(refused(basic(now + 301_000), now, 60), 'SignatureStale')
})

test('what is no time is no date', () => {
  for (const none of [
    '20260229T000000Z',
    '20260431T000000Z',
    '20261301T000000Z',
    '20260100T000000Z',
    '20260101T240000Z',
    '20260101T006000Z',
    '20260101T000060Z',
  ])
    assert.equal(refused(none, 1_767_225_600_000), 'SignatureIncomplete', none)
  assert.equal(refused('20240229T000000Z', 1_709_164_800_000), undefined)
})
