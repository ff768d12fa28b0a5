import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { millis } from '#model/brands.ts'
import { leaseReader, leaseWriter, newLease, silenceLapsesMs, silenceSuspendsMs } from './key-lease.ts'

const start = 1_700_000_000_000
function lease() {
  const buffer = newLease()
  return { writer: leaseWriter(buffer), reader: leaseReader(buffer) }
}

describe('key lease', () => {
  test('a new lease is neither usable nor alive', () => {
    const { reader } = lease()
    assert.equal(reader.usable(millis(start)), false)
    assert.equal(reader.lapsed(millis(start)), true)
  })

  test('usable for less than 5 s after a confirmation, lapsed from 30 s on, and again after the next', () => {
    const { writer, reader } = lease()
    writer.confirm(millis(start))
    assert.equal(reader.usable(millis(start + silenceSuspendsMs - 1)), true)
    assert.equal(reader.usable(millis(start + silenceSuspendsMs)), false)
    assert.equal(reader.lapsed(millis(start + silenceLapsesMs - 1)), false)
    assert.equal(reader.lapsed(millis(start + silenceLapsesMs)), true)
    writer.confirm(millis(start + silenceLapsesMs))
    assert.equal(reader.usable(millis(start + silenceLapsesMs)), true)
  })

  test('a suspension counts at once, does not put off the lapse, and ends with a confirmation', () => {
    const { writer, reader } = lease()
    writer.confirm(millis(start))
    writer.suspend()
    assert.equal(reader.usable(millis(start)), false)
    assert.equal(reader.lapsed(millis(start + 1_000)), false)
    assert.equal(reader.lapsed(millis(start + silenceLapsesMs)), true)
    writer.confirm(millis(start + 2_000))
    assert.equal(reader.usable(millis(start + 2_000)), true)
  })

  test('a revocation is a lapse', () => {
    const { writer, reader } = lease()
    writer.confirm(millis(start))
    writer.revoke()
    assert.equal(reader.usable(millis(start)), false)
    assert.equal(reader.lapsed(millis(start)), true)
  })

  test('a clock that goes back does not make an old confirmation young', () => {
    const { writer, reader } = lease()
    writer.confirm(millis(start))
    assert.equal(reader.usable(millis(start - 500)), true, 'a step of the clock within a second is none')
    assert.equal(reader.usable(millis(start - 3_600_000)), false)
    assert.equal(reader.lapsed(millis(start - 3_600_000)), true)
  })

  test('whatever happened, what is usable was confirmed less than 5 s ago and not suspended since', () => {
    const event = fc.record({
      what: fc.constantFrom('confirm' as const, 'suspend' as const, 'revoke' as const, 'wait' as const),
      ms: fc.nat(9_000),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), events => {
        const { writer, reader } = lease()
        let now = start
        let confirmed = Number.NEGATIVE_INFINITY
        for (const { what, ms } of events) {
          now += ms
          if (what === 'confirm') writer.confirm(millis((confirmed = now)))
          if (what === 'suspend') writer.suspend()
          if (what === 'revoke') writer.revoke()
          if (what === 'suspend' || what === 'revoke') confirmed = Number.NEGATIVE_INFINITY
          assert.equal(reader.usable(millis(now)), now - confirmed < silenceSuspendsMs)
          assert.ok(!(reader.usable(millis(now)) && reader.lapsed(millis(now))))
        }
      }),
    )
  })
})
