import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { parseInfoRequest, parseMetaRequest } from './option-data.ts'

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
const counted = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return Buffer.concat([length, Buffer.from(text)])
}
const name = fc.string({ unit: 'grapheme', maxLength: 60 }).filter(text => !text.includes('\0') && text.isWellFormed())

describe('option data', () => {
  test('whatever an option carries, it is parsed or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        parseInfoRequest(Buffer.from(bytes))
        parseMetaRequest(Buffer.from(bytes))
      }),
    )
  })

  test('names, information types and queries come out as they went in, and not with a byte less or more', () => {
    fc.assert(
      fc.property(name, fc.array(fc.nat(0xffff)), fc.array(name), (text, infos, queries) => {
        const info = Buffer.concat([counted(text), u16(infos.length), ...infos.map(u16)])
        const meta = Buffer.concat([counted(text), Buffer.from([0, 0, 0, queries.length]), ...queries.map(counted)])
        assert.deepEqual(parseInfoRequest(info), { name: text, infos })
        assert.deepEqual(parseMetaRequest(meta), { name: text, queries })
        for (const [parse, bytes] of [[parseInfoRequest, info] as const, [parseMetaRequest, meta] as const]) {
          assert.equal(parse(bytes.subarray(0, -1)), undefined)
          assert.equal(parse(Buffer.concat([bytes, Buffer.alloc(1)])), undefined)
        }
      }),
    )
  })

  test('a string of more than 4,096 bytes, with a NUL or not of UTF-8 is none', () => {
    assert.equal(parseInfoRequest(Buffer.concat([counted('n'.repeat(4097)), u16(0)])), undefined)
    assert.equal(parseInfoRequest(Buffer.concat([counted('a\0b'), u16(0)])), undefined)
    assert.equal(parseInfoRequest(Buffer.from([0, 0, 0, 1, 0xff, 0, 0])), undefined)
  })
})
