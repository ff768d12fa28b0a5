import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { groupId } from '#tests/clients/azure.ts'
import { listed, named, vaultOf, type Az } from './session.ts'

const vaultShape = named.extend({
  properties: z.looseObject({
    enableRbacAuthorization: z.boolean().nullable(),
    enableSoftDelete: z.boolean().nullable(),
    softDeleteRetentionInDays: z.number(),
    vaultUri: z.string(),
    accessPolicies: z.array(z.looseObject({ objectId: z.string() })).nullable(),
    networkAcls: z.looseObject({ defaultAction: z.string(), ipRules: z.array(z.looseObject({ value: z.string() })) }).nullish(),
  }),
})

export function groupsAndVaults(az: Az): void {
  const { environment } = az.instance
  const { location, administrator } = environment
  const [policies, brief] = ['kv-policies', 'kv-brief']
  const at = (name: string): readonly string[] => ['--name', name, '--resource-group', az.group]

  describe('az group, az keyvault', () => {
    test('a group and a vault that goes by RBAC', async () => {
      assert.equal((await az.read(named, 'group', 'create', '--name', az.group, '--location', location)).id, groupId(environment, az.group))
      const made = await az.read(vaultShape, 'keyvault', 'create', ...at(az.vault), '--location', location)
      assert.deepEqual([made.id, made.properties.enableRbacAuthorization], [vaultOf(az), true])
      assert.equal((await az.read(vaultShape, 'keyvault', 'show', ...at(az.vault))).id, made.id)
      assert((await az.read(listed, 'keyvault', 'list', '--resource-group', az.group)).some(({ name }) => name === az.vault))
      const updated = await az.read(
        named.extend({ tags: z.looseObject({ team: z.string() }) }),
        'keyvault',
        'update',
        ...at(az.vault),
        '--set',
        'tags.team=red',
      )
      assert.equal(updated.tags.team, 'red')
    })

    test('owning it gives no right to what is in it', async () => {
      await az.refused(/ForbiddenByRbac/, 'keyvault', 'key', 'list', '--vault-name', az.vault)
      await az.give('Key Vault Administrator', { id: administrator.objectId }, vaultOf(az))
      assert.deepEqual(await az.read(listed, 'keyvault', 'key', 'list', '--vault-name', az.vault), [])
    })

    test('access policies let in whom they name, for what they name', async () => {
      const off = ['--enable-rbac-authorization', 'false']
      await az.run('keyvault', 'create', ...at(policies), '--location', location, ...off, '--no-self-perms', 'true')
      await az.refused(/Forbidden/, 'keyvault', 'key', 'list', '--vault-name', policies)
      const to = ['--object-id', administrator.objectId]
      const set = await az.read(vaultShape, 'keyvault', 'set-policy', ...at(policies), ...to, '--key-permissions', 'list')
      assert(set.properties.accessPolicies?.some(({ objectId }) => objectId === administrator.objectId) === true)
      assert.deepEqual(await az.read(listed, 'keyvault', 'key', 'list', '--vault-name', policies), [])
      await az.refused(/Forbidden/, 'keyvault', 'key', 'create', '--vault-name', policies, '--name', 'no')
      await az.run('keyvault', 'delete-policy', ...at(policies), ...to)
      await az.refused(/Forbidden/, 'keyvault', 'key', 'list', '--vault-name', policies)
    })

    test('a firewall shuts everybody out whose address it does not name', async () => {
      const own = ['--name', az.vault, '--resource-group', az.group]
      await az.run('keyvault', 'network-rule', 'add', ...own, '--ip-address', '203.0.113.0/24')
      const closed = await az.read(vaultShape, 'keyvault', 'update', ...own, '--default-action', 'Deny', '--bypass', 'AzureServices')
      assert.deepEqual(
        closed.properties.networkAcls?.ipRules.map(({ value }) => value),
        ['203.0.113.0/24'],
      )
      await az.refused(/ForbiddenByFirewall/, 'keyvault', 'key', 'list', '--vault-name', az.vault)
      await az.run('keyvault', 'network-rule', 'list', ...own)
      await az.run('keyvault', 'network-rule', 'remove', ...own, '--ip-address', '203.0.113.0/24')
      await az.run('keyvault', 'update', ...own, '--default-action', 'Allow')
      assert.deepEqual(await az.read(listed, 'keyvault', 'key', 'list', '--vault-name', az.vault), [])
    })

    test('a deleted vault is listed, recovered, deleted again and purged', async () => {
      await az.run('keyvault', 'create', ...at(brief), '--location', location, '--retention-days', '7')
      await az.run('keyvault', 'delete', ...at(brief))
      assert((await az.read(listed, 'keyvault', 'list-deleted', '--resource-type', 'vault')).some(({ name }) => name === brief))
      await az.run('keyvault', 'show-deleted', '--name', brief)
      await az.refused(/ConflictError|VaultAlreadyExists|deleted/, 'keyvault', 'create', ...at(brief), '--location', location)
      await az.run('keyvault', 'recover', '--name', brief)
      assert.equal((await az.read(vaultShape, 'keyvault', 'show', ...at(brief))).name, brief)
      await az.run('keyvault', 'delete', ...at(brief))
      await az.run('keyvault', 'purge', '--name', brief)
      assert(!(await az.read(listed, 'keyvault', 'list-deleted', '--resource-type', 'vault')).some(({ name }) => name === brief))
    })
  })
}
