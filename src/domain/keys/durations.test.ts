import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { moved, nominalDays, parseDuration } from './durations.ts'

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds
const end = (from: string, duration: string, direction: 1 | -1 = 1): string => {
  const parsed = parseDuration(duration)
  assert.ok(parsed)
  const to = moved(at(from), parsed, direction)
  assert.ok(to !== undefined)
  return Temporal.Instant.fromEpochMilliseconds(to).toString()
}

describe('a duration', () => {
  for (const text of [
    '',
    'P',
    'PT',
    'P1DT',
    'P0D',
    'P0Y0M',
    'PT0S',
    'P1.5D',
    'P-1D',
    '-P1D',
    'P1H',
    'p1d',
    'P1D ',
    'P1S',
    '1D',
    'P1M1Y',
    'P12345678D',
    'soon',
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined))
  }

  test('P90D is 7,776,000 seconds, summer time or not', () => {
    assert.equal(end('2024-02-01T00:00:00Z', 'P90D'), '2024-05-01T00:00:00Z')
    assert.equal(parseDuration('P90D')?.seconds, 7_776_000)
  })

  test('months go by the calendar and are clamped to the last day', () => {
    assert.equal(end('2024-01-31T12:00:00Z', 'P1M'), '2024-02-29T12:00:00Z')
    assert.equal(end('2024-02-29T00:00:00Z', 'P1Y'), '2025-02-28T00:00:00Z')
    assert.equal(end('2024-03-31T00:00:00Z', 'P1M', -1), '2024-02-29T00:00:00Z')
  })

  test('weeks, hours, minutes and seconds go by the clock', () => {
    assert.equal(end('2024-01-01T00:00:00Z', 'P2W1DT3H4M5S'), '2024-01-16T03:04:05Z')
  })

  test('beyond every calendar there is no time', () => {
    const parsed = parseDuration('P999999Y')
    assert.ok(parsed)
    assert.equal(moved(0, parsed, 1), undefined)
  })

  test('days forth and back come out where they began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 4_000_000_000_000 }), (days, from) => {
        const parsed = parseDuration(`P${days}D`)
        assert.ok(parsed)
        assert.equal(nominalDays(parsed), days)
        const there = moved(from, parsed, 1)
        assert.equal(there, from + days * 86_400_000)
        assert.equal(moved(there, parsed, -1), from)
      }),
    )
  })
})
