import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochSeconds, isoTime } from './times.ts'

test('times are seconds with their decimals in JSON, whole seconds of UTC in XML', () => {
  assert.equal(epochSeconds(1_700_000_000_123), 1_700_000_000.123)
  assert.equal(isoTime(1_700_000_000_999), '2023-11-14T22:13:20Z')
})
