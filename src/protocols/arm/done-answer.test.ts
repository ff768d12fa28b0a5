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
