import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diskBody, diskPatch, grantAccessBody, setBody, setPatch } from './compute-bodies.ts'

const group = '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/g'
const setId = `${group}/providers/Microsoft.Compute/diskEncryptionSets/des`
const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me`

describe('the body of a disk encryption set', () => {
  test('as az and the SDKs send it', () => {
    const { wishes } = setBody.parse({
      location: 'local',
      identity: { type: 'systemassigned' },
      properties: {
        activeKey: {
          keyUrl: 'https://kv1.vault.keystead.test/keys/k/1',
          sourceVault: { id: `${group}/providers/microsoft.keyvault/vaults/KV1` },
        },
        encryptionType: 'EncryptionAtRestWithCustomerKey',
        rotationToLatestKeyVersionEnabled: true,
        provisioningState: 'Succeeded',
      },
    })
    assert.deepEqual(wishes.identity, { type: 'SystemAssigned', userAssigned: [], removed: [] })
    assert.equal(wishes.activeKey?.sourceVaultId, `${group}/providers/Microsoft.KeyVault/vaults/KV1`)
    assert.equal(wishes.follows, true)
  })

  test('names user-assigned identities by their ids, in either spelling of the double type; null takes one away', () => {
    const identity = { type: 'SystemAssigned,UserAssigned', userAssignedIdentities: { [identityId]: {}, [`${identityId}2`]: null } }
    const { wishes } = setPatch.parse({ identity })
    assert.equal(wishes.identity?.type, 'SystemAssigned, UserAssigned')
    assert.deepEqual(
      wishes.identity.userAssigned.map(one => one.id),
      [identityId],
    )
  })

  test('names the application of another tenant’s key, or takes it away by None', () => {
    const wished = (federatedClientId: unknown) => setBody.parse({ properties: { federatedClientId } }).wishes.federatedClientId
    assert.deepEqual(['AAAAAAAA-1111-4111-8111-111111111111', 'None', '', null, undefined].map(wished), [
      'aaaaaaaa-1111-4111-8111-111111111111',
      null,
      null,
      undefined,
      undefined,
    ])
  })

  const refused: Readonly<Record<string, unknown>> = {
    'no object': [],
    'an identity type nobody knows': { identity: { type: 'Borrowed' } },
    'an identity that is none': { identity: { type: 'UserAssigned', userAssignedIdentities: { [setId]: {} } } },
    'a source vault that is none': { properties: { activeKey: { keyUrl: 'https://x', sourceVault: { id: setId } } } },
    'a confidential set': { properties: { encryptionType: 'ConfidentialVmEncryptedWithCustomerKey' } },
    'an application of no client id': { properties: { federatedClientId: 'ci' } },
    'a flag that is a word': { properties: { rotationToLatestKeyVersionEnabled: 'true' } },
  }
  for (const [name, body] of Object.entries(refused)) test(`is refused with ${name}`, () => assert.ok(!setBody.safeParse(body).success))
})

describe('the body of a disk', () => {
  test('of Terraform says an operating system of no name: a disk of data', () => {
    const { wishes } = diskBody.parse({ location: 'local', properties: { creationData: { createOption: 'Empty' }, osType: '' } })
    assert.equal(wishes.osType, undefined)
  })

  test('says what is wished, and leaves the rest', () => {
    const { wishes } = diskBody.parse({
      location: 'local',
      sku: { name: 'Premium_LRS' },
      properties: {
        creationData: { createOption: 'empty' },
        diskSizeGB: 4,
        encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: setId },
        tier: 'P10',
        uniqueId: 'x',
      },
    })
    assert.deepEqual([wishes.createOption, wishes.sizeGb, wishes.setId, wishes.sku], ['Empty', 4, setId, 'Premium_LRS'])
    assert.deepEqual(wishes.settings, { tier: 'P10' })
  })

  test('without properties changes nothing', () => {
    const { wishes, tags } = diskPatch.parse({ tags: { a: null } })
    assert.deepEqual([wishes.sizeGb, wishes.setId, wishes.settings, tags], [undefined, undefined, {}, { a: null }])
  })

  test('takes an empty set id as none: az switches back so', () => {
    assert.equal(diskPatch.parse({ properties: { encryption: { diskEncryptionSetId: '' } } }).wishes.setId, '')
  })

  const refused: Readonly<Record<string, unknown>> = {
    'an encryption type nobody knows': { encryption: { type: 'EncryptionAtRestWithGoodIntentions' } },
    'a set that is none': { encryption: { diskEncryptionSetId: identityId } },
    'a creation nobody knows': { creationData: { createOption: 'Dream' } },
    'guest encryption': { encryptionSettingsCollection: { enabled: true } },
    'a confidential machine': { securityProfile: { securityType: 'ConfidentialVM_DiskEncryptedWithCustomerKey' } },
    'a size that is a word': { diskSizeGB: '4' },
  }
  for (const [name, properties] of Object.entries(refused))
    test(`is refused with ${name}`, () => assert.ok(!diskBody.safeParse({ properties }).success))
})

test('access is asked for by a word and whole seconds', () => {
  assert.ok(grantAccessBody.safeParse({ access: 'Read', durationInSeconds: 60 }).success)
  assert.ok(!grantAccessBody.safeParse({ access: 'All', durationInSeconds: 60 }).success)
  for (const durationInSeconds of [1.5, 0, -1, 2 ** 32, '60', null])
    assert.ok(!grantAccessBody.safeParse({ access: 'Read', durationInSeconds }).success, String(durationInSeconds))
  const longest = { access: 'read', durationInSeconds: 2 ** 32 - 1, fileFormat: 'vhd', getSecureVMGuestStateSAS: false }
  assert.equal(grantAccessBody.parse(longest).access, 'Read')
  for (const more of [{ fileFormat: 'VHDX' }, { fileFormat: 'raw' }, { getSecureVMGuestStateSAS: true }])
    assert.ok(!grantAccessBody.safeParse({ access: 'Read', durationInSeconds: 60, ...more }).success, JSON.stringify(more))
})
