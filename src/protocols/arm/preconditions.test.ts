import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { vaultBody, armWire, groupId, refusal, vaultPath } from './testing.ts'

const identity = (name: string): string => `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
const disk = (name: string): string => `${groupId}/providers/Microsoft.Compute/disks/${name}`
const diskBody = { location: 'local', properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 1 } }

/** A resource of each kind: where, what makes it, what changes it. */
const kinds: readonly (readonly [what: string, path: string, body: object])[] = [
  ['a group', groupId.replace(/rg$/, 'g2'), { location: 'local' }],
  ['a vault', vaultPath('kv-tagged'), vaultBody()],
  ['an identity', identity('id-tagged'), { location: 'local' }],
  ['a disk', disk('disk-tagged'), diskBody],
]

describe('a write with a condition', () => {
  for (const [what, path, body] of kinds)
    test(`makes ${what} only where there is none, and replaces and deletes only what its writer has seen`, async () => {
      const { owner } = await armWire()
      const made = await owner('PUT', path, body, { 'if-none-match': '*' })
      const first = made.headers['etag'] ?? ''
      assert.match(first, /^"[\w-]+"$/, made.text)
      assert.deepEqual(refusal(await owner('PUT', path, body, { 'if-none-match': '*' })), [412, 'PreconditionFailed'])
      assert.equal((await owner('GET', path)).headers['etag'], first, 'nothing was changed')
      const changed = await owner('PATCH', path, { tags: { a: '1' } }, { 'if-match': `"other", ${first}` })
      const second = changed.headers['etag'] ?? ''
      assert.deepEqual([changed.status, second === first], [200, false])
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        assert.deepEqual(refusal(await owner(method, path, body, { 'if-match': first })), [412, 'PreconditionFailed'], method)
      assert.deepEqual((await owner('GET', path)).json['tags'], { a: '1' })
      assert.ok((await owner('DELETE', path, undefined, { 'if-match': second })).status < 300)
    })

  test('on what is not there holds only where it was to be missing', async () => {
    const { owner } = await armWire()
    assert.deepEqual(refusal(await owner('PUT', identity('id-none'), { location: 'local' }, { 'if-match': '*' })), [
      412,
      'PreconditionFailed',
    ])
    assert.equal((await owner('GET', identity('id-none'))).status, 404)
  })
})
