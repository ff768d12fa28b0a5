import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { DiskEncryptionSet } from '@azure/arm-compute'
import { azureOf, called, groupId, refusalOf, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, environment.administrator)
const { disks, diskEncryptionSets: sets } = azure.compute
const { userAssignedIdentities } = azure.identities
const vault = called('kv')
const scope = vaultId(environment, group, vault)
const encryptionUser = 'Key Vault Crypto Service Encryption User'
const type = 'EncryptionAtRestWithCustomerKey'

before(async () => {
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await azure.assign('Key Vault Crypto Officer', environment.administrator.objectId, scope)
})

async function keyUrl(): Promise<string> {
  return (await azure.keys(vault).createRsaKey(called('k'))).id ?? ''
}

async function makeSet(changes: Partial<DiskEncryptionSet> = {}): Promise<DiskEncryptionSet> {
  return sets.createOrUpdate(group, called('des'), {
    location,
    identity: { type: 'SystemAssigned' },
    activeKey: { sourceVault: { id: scope }, keyUrl: await keyUrl() },
    encryptionType: type,
    ...changes,
  })
}

describe('@azure/arm-compute', () => {
  test('a set has its own identity, is read, listed, changed and deleted', async () => {
    const set = await makeSet()
    const name = set.name ?? ''
    assert.match(set.identity?.principalId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(set.identity?.tenantId, tenantId)
    assert.equal((await sets.get(group, name)).encryptionType, type)
    for (const list of [sets.list(), sets.listByResourceGroup(group)]) assert((await Array.fromAsync(list, one => one.name)).includes(name))
    const next = await keyUrl()
    const changed = await sets.update(group, name, { activeKey: { sourceVault: { id: scope }, keyUrl: next }, tags: { a: 'b' } })
    assert.equal(changed.activeKey?.keyUrl, next)
    await sets.delete(group, name)
    assert.equal((await refusalOf('reading a deleted set', sets.get(group, name))).statusCode, 404)
  })

  test('a disk under a set needs the role, is bound to the set, and keeps it from being deleted', async () => {
    const set = await makeSet()
    const name = called('disk')
    const disk = {
      location,
      sku: { name: 'Premium_LRS' as const },
      creationData: { createOption: 'Empty' as const },
      diskSizeGB: 4,
      encryption: { type, diskEncryptionSetId: set.id ?? '' } as const,
    }
    const refused = await refusalOf('a disk without the role', disks.createOrUpdate(group, name, disk).pollUntilDone())
    assert.equal(refused.code, 'KeyVaultAccessForbidden')
    await azure.assign(encryptionUser, set.identity?.principalId ?? '', scope)
    const made = await disks.createOrUpdate(group, name, disk)
    assert.equal(made.diskState, 'Unattached')
    assert.equal(made.diskSizeBytes, 4 * 2 ** 30)
    assert.equal(made.encryption?.diskEncryptionSetId?.toLowerCase(), set.id?.toLowerCase())
    assert.deepEqual(await Array.fromAsync(sets.listAssociatedResources(group, set.name ?? ''), id => id.toLowerCase()), [
      made.id?.toLowerCase(),
    ])
    const inUse = await refusalOf('deleting a set in use', sets.delete(group, set.name ?? '').pollUntilDone())
    assert((inUse.statusCode ?? 400) < 500)
    const grown = await disks.update(group, name, { diskSizeGB: 8 })
    assert.equal(grown.diskSizeGB, 8)
    assert((await refusalOf('shrinking a disk', disks.update(group, name, { diskSizeGB: 2 }).pollUntilDone())).statusCode !== undefined)
    assert((await Array.fromAsync(disks.listByResourceGroup(group), one => one.name)).includes(name))
    await disks.delete(group, name)
    assert.equal((await refusalOf('reading a deleted disk', disks.get(group, name))).statusCode, 404)
    await sets.delete(group, set.name ?? '')
  })

  test('a disk without a set is under the platform’s key, and can be exported', async () => {
    const name = called('disk')
    const made = await disks.createOrUpdate(group, name, { location, creationData: { createOption: 'Empty' }, diskSizeGB: 1 })
    assert.equal(made.encryption?.type, 'EncryptionAtRestWithPlatformKey')
    const place = (await instance.ask('disk', 'export', made.id ?? '')) as { readonly uri: string }
    assert.match(place.uri, /^nbd\+unix:\/\//)
  })
})

describe('@azure/arm-msi', () => {
  test('an identity is created, read, listed, serves a set, and is deleted', async () => {
    const name = called('id')
    const identity = await userAssignedIdentities.createOrUpdate(group, name, { location })
    assert.equal(identity.id, `${groupId(environment, group)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`)
    assert.equal((await userAssignedIdentities.get(group, name)).clientId, identity.clientId)
    assert((await Array.fromAsync(userAssignedIdentities.listByResourceGroup(group), one => one.name)).includes(name))
    await azure.assign(encryptionUser, identity.principalId ?? '', scope)
    const set = await makeSet({ identity: { type: 'UserAssigned', userAssignedIdentities: { [identity.id ?? '']: {} } } })
    assert.deepEqual(Object.values(set.identity?.userAssignedIdentities ?? {})[0]?.principalId, identity.principalId)
    const disk = await disks.createOrUpdate(group, called('disk'), {
      location,
      creationData: { createOption: 'Empty' },
      diskSizeGB: 1,
      encryption: { type, diskEncryptionSetId: set.id ?? '' } as const,
    })
    assert.equal(disk.provisioningState, 'Succeeded')
    const unused = called('id')
    await userAssignedIdentities.createOrUpdate(group, unused, { location })
    await userAssignedIdentities.delete(group, unused)
    assert.equal((await refusalOf('reading a deleted identity', userAssignedIdentities.get(group, unused))).statusCode, 404)
  })
})
