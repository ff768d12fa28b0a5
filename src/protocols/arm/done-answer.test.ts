import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { armWire, groupId, host, propertiesOf, refusal, vaultBody, vaultPath } from './testing.ts'

const disk = { location: 'local', properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 1 } }

describe('a write that is done when its answer leaves', () => {
  for (const [what, path, body] of [
    ['a vault', vaultPath('kv-done'), vaultBody()],
    ['a disk', `${groupId}/providers/Microsoft.Compute/disks/done`, disk],
  ] as const)
    test(`of ${what} names an operation that says so at once, to whoever wrote and to nobody else`, async () => {
      const { owner, caller } = await armWire()
      const made = await owner('PUT', path, body)
      assert.equal(propertiesOf(made)['provisioningState'], 'Succeeded', made.text)
      const follow = made.headers['azure-asyncoperation'] ?? ''
      assert.ok(follow.startsWith(`${host}/subscriptions/`) && follow.includes('?api-version='), follow)
      assert.deepEqual([made.headers['retry-after'], made.headers['location']], ['1', undefined])
      const operation = await owner('GET', follow)
      assert.deepEqual([operation.status, operation.json['status']], [200, 'Succeeded'], operation.text)
      assert.deepEqual(refusal(await (await caller('stranger'))('GET', follow)), [404, 'ResourceNotFound'])
      assert.deepEqual(refusal(await owner('GET', follow.replace(/done-\w+/, 'done-1'))), [404, 'ResourceNotFound'])
    })
})

describe('a deletion that is done when its answer leaves', () => {
  const network = `${groupId}/providers/Microsoft.Network/virtualNetworks`
  for (const [what, path, body] of [
    ['a disk', `${groupId}/providers/Microsoft.Compute/disks/gone`, disk],
    [
      'a network',
      `${network}/gone?api-version=2023-09-01`,
      { location: 'local', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } },
    ],
  ] as const)
    test(`of ${what} is accepted with an operation that has ended and a result that is there, so that nobody waits`, async () => {
      const { owner, caller } = await armWire()
      assert.ok((await owner('PUT', path, body)).status < 300)
      const gone = await owner('DELETE', path)
      assert.deepEqual([gone.status, gone.headers['retry-after'], gone.text], [202, '1', ''])
      const [follow = '', result = ''] = [gone.headers['azure-asyncoperation'], gone.headers['location']]
      assert.equal((await owner('GET', path)).status, 404)
      const operation = await owner('GET', follow)
      assert.deepEqual([operation.status, operation.json['status']], [200, 'Succeeded'], operation.text)
      assert.equal((await owner('GET', result)).status, 200)
      assert.equal((await (await caller('stranger'))('GET', result)).status, 404)
      assert.equal((await owner('DELETE', path)).status, 204)
    })
})
