import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { armWire, propertiesOf, refusal, vaultBody, vaultPath } from '#protocols/arm/testing.ts'
import { eventsTold } from './testing.ts'

const objectId = '33333333-3333-4333-8333-333333333333'

async function told() {
  const wire = await armWire()
  return { ...wire, take: async () => eventsTold(wire.ground, ['kv-1']) }
}

describe('the event VaultAccessPolicyChanged', () => {
  test('is told once for each change of policies or of the mode, and for nothing else', async () => {
    const { owner, ground, ...rest } = await told()
    const take = async () => rest.take()
    const tenantId = ground.tenantId
    const accessPolicies = [{ tenantId, objectId, permissions: { keys: ['get'] } }]
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
    assert.deepEqual(await take(), [], 'a new vault has changed nothing')
    await owner('PUT', `${vaultPath('kv-1')}/accessPolicies/add`, { properties: { accessPolicies } })
    const [event, ...more] = await take()
    assert.deepEqual(
      [more, event?.eventType, event?.topic, event?.subject],
      [[], 'Microsoft.KeyVault.VaultAccessPolicyChanged', vaultPath('kv-1'), 'kv-1'],
    )
    assert.equal(event?.data['VaultName'], 'kv-1')
    await owner('PUT', `${vaultPath('kv-1')}/accessPolicies/add`, { properties: { accessPolicies } })
    await owner('PATCH', vaultPath('kv-1'), { tags: { a: 'b' } })
    assert.deepEqual(await take(), [])
    const switched = await owner('PATCH', vaultPath('kv-1'), { properties: { enableRbacAuthorization: true } })
    assert.equal(propertiesOf(switched)['enableRbacAuthorization'], true)
    assert.equal((await take()).length, 1)
    await owner('PATCH', vaultPath('kv-1'), { properties: { accessPolicies: [] } })
    assert.equal((await take()).length, 1, 'by PATCH too')
  })

  test('is not told of a change that was refused, nor of a vault that is gone', async () => {
    const { owner, ...rest } = await told()
    const take = async () => rest.take()
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
    assert.deepEqual(
      refusal(await owner('PATCH', vaultPath('kv-1'), { properties: { enableRbacAuthorization: true, enableSoftDelete: false } })),
      [400, 'BadRequest'],
    )
    assert.deepEqual(await take(), [])
    await owner('PATCH', vaultPath('kv-1'), { properties: { enableRbacAuthorization: true } })
    await owner('DELETE', vaultPath('kv-1'))
    assert.deepEqual(await take(), [])
  })
})
