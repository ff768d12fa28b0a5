import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { listed, named, type Az } from './session.ts'

export function identities(az: Az): void {
  const at = ['--name', 'shop-identity', '--resource-group', az.group]
  describe('az identity', () => {
    test('a managed identity of its own is made, shown, listed and deleted', async () => {
      const made = await az.read(named.extend({ principalId: z.guid(), clientId: z.guid() }), 'identity', 'create', ...at)
      assert.equal((await az.read(named, 'identity', 'show', ...at)).id, made.id)
      assert.equal((await az.read(listed, 'identity', 'list', '--resource-group', az.group)).length, 1)
      await az.run('identity', 'delete', ...at)
    })
  })
}
