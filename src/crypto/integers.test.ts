import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bitLength, bytesOf, gcd, integerOf, inverse, squareRoot } from './integers.ts'

const natural = fc.bigInt({ min: 0n, max: 2n ** 600n })
const positive = fc.bigInt({ min: 1n, max: 2n ** 300n })

describe('integers', () => {
  test('read back what they were written as', () => {
    fc.assert(
      fc.property(natural, value => {
        assert.equal(integerOf(bytesOf(value)), value)
        assert.equal(integerOf(bytesOf(value, 80)), value)
      }),
    )
  })

  test('the square root is the largest whose square is not above', () => {
    fc.assert(
      fc.property(natural, value => {
        const root = squareRoot(value)
        assert.ok(root * root <= value && (root + 1n) * (root + 1n) > value)
      }),
    )
  })

  test('an inverse exists exactly where there is no common divisor, and multiplies to one', () => {
    fc.assert(
      fc.property(positive, positive, (value, above) => {
        const modulus = above + 1n
        const found = inverse(value, modulus)
        if (gcd(value, modulus) === 1n) assert.equal((value * (found ?? 0n)) % modulus, 1n)
        else assert.equal(found, undefined)
      }),
    )
  })

  test('the greatest common divisor divides both, and leaves nothing in common', () => {
    fc.assert(
      fc.property(positive, positive, (left, right) => {
        const divisor = gcd(left, right)
        assert.equal(left % divisor, 0n)
        assert.equal(right % divisor, 0n)
        assert.equal(gcd(left / divisor, right / divisor), 1n)
      }),
    )
  })

  test('a fixed width keeps its zeros; what does not fit is refused; no octets are zero', () => {
    assert.equal(bytesOf(1n, 4).toHex(), '00000001')
    assert.equal(bytesOf(0x123n).toHex(), '0123')
    assert.equal(integerOf(new Uint8Array()), 0n)
    assert.throws(() => bytesOf(256n, 1), /does not fit/)
  })

  test('bit lengths at the edges', () => {
    assert.deepEqual([0n, 1n, 2n, 255n, 256n, 2n ** 2048n - 1n].map(bitLength), [0, 1, 2, 8, 9, 2048])
  })
})
