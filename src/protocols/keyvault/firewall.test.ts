import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { VaultChanges } from '#domain/keys/testing.ts'
import { message, refusal, vaultWire, version74 } from './testing.ts'

async function behind(rules: VaultChanges) {
  const { send, addVault } = await vaultWire()
  await addVault('v', rules)
  return async (from: string, as: 'officer' | 'nobody' = 'officer') => send('GET', `/keys?${version74}`, { from, as })
}

const acls = (bypass: 'AzureServices' | 'None', ...values: readonly string[]): VaultChanges => ({
  networkAcls: { bypass, defaultAction: 'Deny', ipRules: values.map(value => ({ value })), virtualNetworkRules: [] },
})

describe('the firewall of a vault', () => {
  test('lets listed addresses and ranges in, and nobody else', async () => {
    const ask = await behind(acls('AzureServices', '10.0.0.7', '192.168.4.0/22', 'nonsense', '10.9.9.9/99'))
    for (const from of ['10.0.0.7', '192.168.4.0', '192.168.7.255']) assert.equal((await ask(from)).status, 200, from)
    for (const from of ['10.0.0.8', '192.168.8.0', '::1']) {
      const refused = await ask(from)
      assert.deepEqual(refusal(refused), [403, 'Forbidden', 'ForbiddenByFirewall'], from)
      assert.match(message(refused), /^Client address is not authorized and caller is not a trusted service\.\r\nClient address: /)
      assert.match(message(refused), /Caller: appid=app-of-/)
    }
  })

  test('says which bypass there is', async () => {
    const ask = await behind(acls('None', '10.0.0.7'))
    assert.match(message(await ask('10.0.0.8')), /caller was ignored because bypass is set to None/)
  })

  test('with public access off no rule opens it', async () => {
    const ask = await behind({ ...acls('AzureServices', '10.0.0.7'), publicNetworkAccess: 'Disabled' })
    assert.deepEqual(refusal(await ask('10.0.0.7')), [403, 'Forbidden', 'ForbiddenByConnection'])
  })

  test('names the caller to nobody but the caller: without a token the challenge comes first', async () => {
    const ask = await behind(acls('AzureServices'))
    assert.equal((await ask('10.0.0.8', 'nobody')).status, 401)
  })

  test('that allows by default lets everybody in', async () => {
    const ask = await behind({ networkAcls: { bypass: 'None', defaultAction: 'Allow', ipRules: [], virtualNetworkRules: [] } })
    assert.equal((await ask('203.0.113.1')).status, 200)
  })
})
