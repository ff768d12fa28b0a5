import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { ipRanges } from '#model/ip-ranges.ts'
import { clientAddress } from './client-address.ts'

function message(peer: string, forwarded?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const made = new IncomingMessage(socket)
  if (forwarded !== undefined) made.headers['x-forwarded-for'] = forwarded
  return made
}

const proxies = ipRanges(['10.0.0.0/24', '2001:db8::/64'])

describe("a client's address", () => {
  test('is the peer’s, in its own family’s spelling', () => {
    assert.equal(clientAddress(message('::ffff:203.0.113.7'), undefined), '203.0.113.7')
    assert.equal(clientAddress(message('2001:DB8::1'), proxies), '2001:db8::1')
  })

  test('is never what a header says, unless the peer is a proxy that was configured', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('203.0.113.7', '127.0.0.1', '::1', '11.0.0.1'), (header, peer) => {
        assert.equal(clientAddress(message(peer, header), undefined), peer)
        assert.equal(clientAddress(message(peer, header), proxies), peer)
      }),
    )
  })

  const behind: readonly (readonly [forwarded: string, client: string])[] = [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db9::7]:4711', '2001:db9::7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    ['203.0.113.7, 10.0.0.9,   2001:db8::3', '203.0.113.7'],
    ['203.0.113.7, unknown', '10.0.0.1'],
    ['203.0.113.7, _hidden, 10.0.0.9', '10.0.0.9'],
    ['', '10.0.0.1'],
    [',,', '10.0.0.1'],
  ]
  for (const [forwarded, client] of behind)
    test(`behind a proxy that says ${JSON.stringify(forwarded)} is ${client}`, () => {
      assert.equal(clientAddress(message('10.0.0.1', forwarded), proxies), client)
    })

  test('behind a proxy is decided by the right-most hop that is none, whatever a client wrote before it', () => {
    fc.assert(
      fc.property(fc.string(), written => {
        assert.equal(clientAddress(message('10.0.0.1', `${written}, 203.0.113.7`), proxies), '203.0.113.7')
      }),
    )
  })
})
