import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress } from './public-address.ts'

test('loopback, private, link-local, shared, mapped and multicast addresses are no public ones', () => {
  const inside = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b::7f00:1',
  ]
  assert.deepEqual(inside.filter(isPublicAddress), [])
  assert.deepEqual(['93.184.216.34', '2606:2800:220:1::1'].filter(isPublicAddress), ['93.184.216.34', '2606:2800:220:1::1'])
})
