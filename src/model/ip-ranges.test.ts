import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalAddress, ipRanges, parseIpRange } from './ip-ranges.ts'

const dotted = (value: bigint): string => [24n, 16n, 8n, 0n].map(shift => ((value >> shift) & 255n).toString()).join('.')
const grouped = (value: bigint): string =>
  Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(':')

/** What a range is, said with numbers: the first `prefix` bits are the same. */
const inside = (one: bigint, other: bigint, { prefix, bits }: { readonly prefix: number; readonly bits: number }): boolean =>
  one >> BigInt(bits - prefix) === other >> BigInt(bits - prefix)

const families = [
  { name: 'IPv4', bits: 32, text: dotted },
  { name: 'IPv6', bits: 128, text: grouped },
] as const

describe('ranges of addresses', () => {
  for (const { name, bits, text } of families) {
    const number = fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
    // A mapped address is one of IPv4: its own test is below.
    const plain = number.filter(value => bits === 32 || value >> 32n !== 0xffffn)
    // Neighbours of the range's edges are what a wrong bit lets in.
    const near = fc
      .tuple(plain, fc.nat(bits), fc.nat(bits - 1))
      .map(([value, prefix, flip]) => ({ value, prefix, near: value ^ (1n << BigInt(flip)) }))

    test(`of ${name} hold an address exactly if the fixed bits are the same`, () => {
      fc.assert(
        fc.property(near, plain, ({ value, prefix, near: neighbour }, far) => {
          const ranges = ipRanges([`${text(value)}/${prefix.toString()}`])
          assert(ranges.holds(text(value)))
          for (const other of [neighbour, far].filter(one => bits === 32 || one >> 32n !== 0xffffn))
            assert.equal(ranges.holds(text(other)), inside(value, other, { prefix, bits }), `${text(other)} in ${text(value)}/${prefix}`)
        }),
      )
    })

    test(`of ${name} without a prefix hold that address alone`, () => {
      fc.assert(
        fc.property(plain, fc.nat(bits - 1), (value, flip) => {
          const ranges = ipRanges([text(value)])
          assert(ranges.holds(text(value)) && !ranges.holds(text(value ^ (1n << BigInt(flip)))))
        }),
      )
    })
  }

  test('an address of IPv4 is the same in both spellings, as rule and as peer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffffn }), fc.nat(32), (value, prefix) => {
        const long = `::ffff:${dotted(value)}`
        assert.deepEqual(canonicalAddress(long), { address: dotted(value), family: 'ipv4' })
        assert.deepEqual(parseIpRange(`${long}/${(96 + prefix).toString()}`), parseIpRange(`${dotted(value)}/${prefix.toString()}`))
        assert(ipRanges([dotted(value)]).holds(long) && ipRanges([long]).holds(dotted(value)))
      }),
    )
  })

  for (const text of [
    '',
    'not-an-address',
    '300.1.1.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '1.2.3',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8.0',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '10.0.0.1\n',
    'fe80::1%eth0',
    '::ffff:10.0.0.1/95',
    '1.2.3.4:80',
    '[::1]',
    '*',
    '10.0.0.0-10.0.0.9',
  ])
    test(`${JSON.stringify(text)} is none, and holds nothing`, () => {
      assert.equal(parseIpRange(text), undefined)
      for (const peer of ['10.0.0.1', '::1', '0.0.0.0']) assert(!ipRanges([text]).holds(peer))
    })

  test('any text at all is a range or is none: nothing throws, and what is none holds nobody', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f.:/]{0,24}$/)), text => {
        const range = parseIpRange(text)
        assert(range !== undefined || !ipRanges([text]).holds('10.0.0.1'))
      }),
    )
  })

  test('a peer that is no address is in no range', () => {
    const everywhere = ipRanges(['0.0.0.0/0', '::/0'])
    for (const peer of ['', 'localhost', 'fe80::1%eth0', '1.2.3.4, 5.6.7.8']) assert(!everywhere.holds(peer))
    assert(everywhere.holds('203.0.113.9') && everywhere.holds('2001:db8::1'))
  })
})
