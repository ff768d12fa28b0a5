import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { textIn } from '#protocols/http/testing.ts'
import { armWire, groupId, namesIn, refusal, roles, subscriptionId, vaultBody, vaultPath } from './testing.ts'

const subscription = `/subscriptions/${subscriptionId}`
const group = `${subscription}/resourceGroups/g2`
const types = [
  'Microsoft.KeyVault/vaults',
  'Microsoft.Compute/disks',
  'Microsoft.Compute/diskEncryptionSets',
  'Microsoft.ManagedIdentity/userAssignedIdentities',
]
const lists = [
  subscription,
  `${subscription}/resourceGroups`,
  ...[subscription, groupId].flatMap(place => ['resources', ...types.map(type => `providers/${type}`)].map(list => `${place}/${list}`)),
]

describe('a list of the control plane', () => {
  test('is refused to whoever has no role at the place, above it or below it: a new principal holds nothing', async () => {
    const { caller } = await armWire()
    const stranger = await caller('stranger')
    for (const path of lists) assert.deepEqual(refusal(await stranger('GET', path)), [403, 'AuthorizationFailed'], path)
    const none = `${subscription}/resourceGroups/none/resources`
    assert.deepEqual(refusal(await stranger('GET', none)), [403, 'AuthorizationFailed'], 'nor does it say what is not there')
  })

  test('shows of a subscription what a role in one of its groups lets see, and nothing else', async () => {
    const { owner, caller, assign } = await armWire()
    const someone = await caller('someone')
    await owner('PUT', group, { location: 'local' })
    for (const place of [groupId, group]) {
      const own = place === group ? 'seen' : 'unseen'
      await owner('PUT', vaultPath(`kv-${own}`, place), vaultBody())
      await owner('PUT', `${place}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-${own}`, { location: 'local' })
      const disk = { location: 'local', properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 1 } }
      await owner('PUT', `${place}/providers/Microsoft.Compute/disks/disk-${own}`, disk)
    }
    await assign(roles.reader, someone, group)
    const seen = async (path: string) => namesIn(await someone('GET', `${subscription}/${path}`))
    assert.deepEqual(await seen('resourceGroups'), ['g2'])
    assert.deepEqual(await seen('providers/Microsoft.KeyVault/vaults'), ['kv-seen'])
    assert.deepEqual(await seen('providers/Microsoft.Compute/disks'), ['disk-seen'])
    assert.deepEqual(await seen('providers/Microsoft.Compute/diskEncryptionSets'), [])
    assert.deepEqual(await seen('providers/Microsoft.ManagedIdentity/userAssignedIdentities'), ['id-seen'])
    assert.deepEqual(await seen('resources'), ['disk-seen', 'kv-seen', 'id-seen'])
    assert.equal(textIn((await someone('GET', subscription)).json['subscriptionId']), subscriptionId)
    assert.deepEqual(refusal(await someone('GET', `${groupId}/providers/Microsoft.KeyVault/vaults`)), [403, 'AuthorizationFailed'])
    assert.equal((await owner('GET', `${subscription}/resources`)).text.includes('kv-unseen'), true, 'control')
  })

  test('shows of a group what a role on one resource in it lets see', async () => {
    const { owner, caller, assign } = await armWire()
    const someone = await caller('someone')
    for (const name of ['kv-one', 'kv-two']) await owner('PUT', vaultPath(name), vaultBody())
    await assign(roles.reader, someone, vaultPath('kv-two'))
    assert.deepEqual(namesIn(await someone('GET', `${groupId}/providers/Microsoft.KeyVault/vaults`)), ['kv-two'])
    assert.deepEqual(namesIn(await someone('GET', `${groupId}/resources`)), ['kv-two'])
    assert.deepEqual(namesIn(await owner('GET', `${groupId}/providers/Microsoft.KeyVault/vaults`)), ['kv-one', 'kv-two'])
  })
})
