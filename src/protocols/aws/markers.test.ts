import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testGround } from '#domain/testing.ts'
import { openMarker, sealMarker } from './markers.ts'

test('a marker opens for its own list alone, and tells nothing of where it stands', async () => {
  const { context } = await testGround()
  const bound = { accountId: '111122223333', region: 'us-east-1', list: 'ListKeys' }
  const marker = sealMarker(context, bound, 'position 41')
  assert.equal(openMarker(context, bound, marker), 'position 41')
  assert(!Buffer.from(marker, 'base64url').includes('position'))
  const others = [
    { ...bound, accountId: '444455556666' },
    { ...bound, region: 'eu-west-1' },
    { ...bound, list: 'ListAliases' },
  ]
  for (const other of others) assert.throws(() => openMarker(context, other, marker), { message: 'MarkerInvalid' })
  const spoiled = `${marker.startsWith('A') ? 'B' : 'A'}${marker.slice(1)}`
  for (const bad of ['', 'x', `${marker}=`, spoiled, marker.slice(0, -4)])
    assert.throws(() => openMarker(context, bound, bad), { message: 'MarkerInvalid' })
  assert(sealMarker(context, bound, 'p'.repeat(512)).length <= 1024)
})
