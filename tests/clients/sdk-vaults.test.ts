import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { azureOf, called, refusalOf, vaultId, vaultUrl } from './azure.ts'
import { behindInstance } from './behind.ts'

const { environment } = await behindInstance(import.meta.filename)
const { location, resourceGroup: group, tenantId } = environment
const { vaults } = azureOf(environment, environment.administrator).vaults
const properties = {
  tenantId,
  sku: { family: 'A', name: 'standard' },
  enableRbacAuthorization: true,
  softDeleteRetentionInDays: 7,
} as const

describe('@azure/arm-keyvault', () => {
  test('a vault is created, read, listed and changed', async () => {
    const name = called('kv')
    assert.equal((await vaults.checkNameAvailability({ name, type: 'Microsoft.KeyVault/vaults' })).nameAvailable, true)
    const made = await vaults.createOrUpdate(group, name, { location, properties })
    assert.equal(made.id, vaultId(environment, group, name))
    assert.equal(made.properties.vaultUri, `${vaultUrl(environment, name)}/`)
    assert.equal(made.properties.enableSoftDelete, true)
    assert.equal((await vaults.checkNameAvailability({ name, type: 'Microsoft.KeyVault/vaults' })).nameAvailable, false)
    for (const list of [vaults.listByResourceGroup(group), vaults.listBySubscription()])
      assert((await Array.fromAsync(list, vault => vault.name)).includes(name))
    const changed = await vaults.update(group, name, { tags: { owner: 'security' } })
    assert.deepEqual(changed.tags, { owner: 'security' })
    assert.deepEqual((await vaults.get(group, name)).tags, { owner: 'security' })
  })

  test('a deleted vault keeps its name, comes back by recovery, and goes for good by purge', async () => {
    const name = called('kv')
    await vaults.createOrUpdate(group, name, { location, properties })
    await vaults.delete(group, name)
    assert.equal((await refusalOf('reading a deleted vault', vaults.get(group, name))).code, 'ResourceNotFound')
    const deleted = await vaults.getDeleted(name, location)
    assert.equal(deleted.properties?.vaultId, vaultId(environment, group, name))
    assert((await Array.fromAsync(vaults.listDeleted(), vault => vault.name)).includes(name))
    const again = await refusalOf('taking the name again', vaults.createOrUpdate(group, name, { location, properties }).pollUntilDone())
    assert.equal(again.statusCode, 409)
    await vaults.createOrUpdate(group, name, { location, properties: { ...properties, createMode: 'recover' } })
    assert.equal((await vaults.get(group, name)).name, name)
    await vaults.delete(group, name)
    await vaults.purgeDeleted(name, location)
    assert.equal((await refusalOf('reading a purged vault', vaults.getDeleted(name, location))).statusCode, 404)
  })

  test('purge protection is one way: it is not switched off, and the vault is not purged', async () => {
    const name = called('kv')
    await vaults.createOrUpdate(group, name, { location, properties: { ...properties, enablePurgeProtection: true } })
    const off = await refusalOf(
      'switching purge protection off',
      vaults.createOrUpdate(group, name, { location, properties: { ...properties, enablePurgeProtection: false } }).pollUntilDone(),
    )
    assert.equal(off.statusCode, 400)
    await vaults.delete(group, name)
    const purge = await refusalOf('purging a guarded vault', vaults.purgeDeleted(name, location).pollUntilDone())
    assert.deepEqual([purge.statusCode, purge.code], [405, 'MethodNotAllowed'])
    assert.equal((await vaults.getDeleted(name, location)).properties?.purgeProtectionEnabled, true)
  })

  test('a vault with access policies keeps them, and they decide', async () => {
    const name = called('kv')
    const azure = azureOf(environment, environment.administrator)
    const { objectId } = environment.administrator
    const policies = [{ tenantId, objectId, permissions: { keys: ['create', 'get'] } }]
    await vaults.createOrUpdate(group, name, {
      location,
      properties: { ...properties, enableRbacAuthorization: false, accessPolicies: policies },
    })
    assert.deepEqual((await vaults.get(group, name)).properties.accessPolicies?.[0]?.permissions.keys, ['create', 'get'])
    await azure.keys(name).createRsaKey('k')
    assert.equal((await azure.keys(name).getKey('k')).name, 'k')
    assert.equal((await refusalOf('deleting without the word', azure.keys(name).beginDeleteKey('k'))).statusCode, 403)
    await vaults.updateAccessPolicy(group, name, 'add', {
      properties: { accessPolicies: [{ tenantId, objectId, permissions: { keys: ['delete'] } }] },
    })
    await azure.keys(name).beginDeleteKey('k')
  })
})
