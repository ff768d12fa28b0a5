import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addApplication, azureOf, called, groupId, refusalOf } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { location, tenantId } = environment
const azure = azureOf(environment, environment.administrator)
const { resources } = azure

describe('@azure/arm-resources', () => {
  test('a group is created, read, listed, tagged and deleted with what is in it', async () => {
    const name = called('rg')
    const made = await resources.resourceGroups.createOrUpdate(name, { location, tags: { team: 'keys' } })
    assert.equal(made.id, groupId(environment, name))
    assert.equal(made.properties?.provisioningState, 'Succeeded')
    assert.deepEqual((await resources.resourceGroups.get(name)).tags, { team: 'keys' })
    assert((await Array.fromAsync(resources.resourceGroups.list(), group => group.name)).includes(name))
    const updated = await resources.resourceGroups.update(name, { tags: { team: 'disks' } })
    assert.deepEqual(updated.tags, { team: 'disks' })
    await azure.identities.userAssignedIdentities.createOrUpdate(name, 'inside', { location })
    await resources.resourceGroups.delete(name)
    assert.equal((await refusalOf('reading a deleted group', resources.resourceGroups.get(name))).code, 'ResourceGroupNotFound')
  })

  test('resources are listed across their types, and by type', async () => {
    const name = called('rg')
    await resources.resourceGroups.createOrUpdate(name, { location })
    await azure.identities.userAssignedIdentities.createOrUpdate(name, 'someone', { location })
    const vault = called('kv')
    await azure.vaults.vaults.createOrUpdate(name, vault, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
    })
    const all = await Array.fromAsync(resources.resources.listByResourceGroup(name), resource => resource.type)
    assert.deepEqual(new Set(all), new Set(['Microsoft.KeyVault/vaults', 'Microsoft.ManagedIdentity/userAssignedIdentities']))
    assert.equal(all.length, 2)
    const filter = "resourceType eq 'Microsoft.KeyVault/vaults'"
    const vaults = await Array.fromAsync(resources.resources.list({ filter }), resource => resource.name)
    assert.deepEqual(vaults, [vault])
  })

  test('providers are registered with their types', async () => {
    const provider = await resources.providers.get('Microsoft.KeyVault')
    assert.equal(provider.registrationState, 'Registered')
    const vaultType = (provider.resourceTypes ?? []).find(type => type.resourceType === 'vaults')
    assert((vaultType?.apiVersions ?? []).includes('2022-07-01'), 'a version that clients ask for')
    const namespaces = await Array.fromAsync(resources.providers.list(), one => one.namespace)
    for (const name of ['Microsoft.KeyVault', 'Microsoft.Compute', 'Microsoft.ManagedIdentity', 'Microsoft.Authorization'])
      assert(namespaces.includes(name), name)
  })

  test('who has no role sees nothing and makes nothing', async () => {
    const stranger = azureOf(environment, await addApplication(instance, called('stranger')))
    const refused = await refusalOf('making a group', stranger.resources.resourceGroups.createOrUpdate(called('rg'), { location }))
    assert.equal(refused.statusCode, 403)
    assert.equal(refused.code, 'AuthorizationFailed')
    assert.match(
      refused.message,
      /does not have authorization to perform action 'Microsoft.Resources\/subscriptions\/resourcegroups\/write'/i,
    )
  })
})
