import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { networkRefusal, type NetworkAcls, type Origin } from './network-rules.ts'

const acls = (changes: Partial<NetworkAcls> = {}): NetworkAcls => ({
  bypass: 'AzureServices',
  defaultAction: 'Deny',
  ipRules: [],
  virtualNetworkRules: [],
  ...changes,
})
const from = (listed: boolean): Origin => ({ way: 'public', address: '10.0.0.7', listed: () => listed })
const trusted: Origin = { way: 'trusted' }
const through: Origin = { way: 'private' }

describe('the network rules of a vault', () => {
  test('are passed by whoever is listed, by services where they are trusted, and by an approved private endpoint', () => {
    const shut = { publicNetworkAccess: 'Enabled', networkAcls: acls() } as const
    assert.equal(networkRefusal(shut, from(true)), undefined)
    assert.equal(networkRefusal(shut, trusted), undefined)
    assert.equal(networkRefusal(shut, through), undefined)
    assert.deepEqual(networkRefusal(shut, from(false)), { because: 'address', bypassed: true, address: '10.0.0.7' })
    const closer = { publicNetworkAccess: 'Enabled', networkAcls: acls({ bypass: 'None' }) } as const
    assert.deepEqual(networkRefusal(closer, trusted), { because: 'address', bypassed: false, address: '' })
    assert.deepEqual(networkRefusal(closer, from(false)), { because: 'address', bypassed: false, address: '10.0.0.7' })
  })

  test('with public access off let nobody in who is listed, and trusted services still', () => {
    for (const defaultAction of ['Allow', 'Deny'] as const) {
      const off = { publicNetworkAccess: 'Disabled', networkAcls: acls({ defaultAction }) } as const
      assert.deepEqual(networkRefusal(off, from(true)), { because: 'publicAccess', bypassed: true, address: '10.0.0.7' })
      assert.equal(networkRefusal(off, trusted), undefined)
      assert.equal(networkRefusal(off, through), undefined)
    }
    assert.equal(
      networkRefusal({ publicNetworkAccess: 'Disabled', networkAcls: undefined }, trusted),
      undefined,
      'trusted unless it says otherwise',
    )
  })

  test('are no hindrance where there are none', () => {
    for (const origin of [from(false), trusted, through])
      assert.equal(networkRefusal({ publicNetworkAccess: 'Enabled', networkAcls: undefined }, origin), undefined)
  })

  test('whatever they are, a listed address never does better than an open vault, and adding a rule never shuts anybody out', () => {
    const rules = fc.record({
      publicNetworkAccess: fc.constantFrom('Enabled' as const, 'Disabled' as const),
      networkAcls: fc.option(
        fc.record({
          bypass: fc.constantFrom('AzureServices' as const, 'None' as const),
          defaultAction: fc.constantFrom('Allow' as const, 'Deny' as const),
        }),
        { nil: undefined },
      ),
    })
    fc.assert(
      fc.property(rules, ({ publicNetworkAccess, networkAcls }) => {
        const vault = { publicNetworkAccess, networkAcls: networkAcls && acls(networkAcls) }
        const [unlisted, listed] = [networkRefusal(vault, from(false)), networkRefusal(vault, from(true))]
        assert(unlisted !== undefined || listed === undefined)
        assert.equal(networkRefusal(vault, through), undefined)
        if (publicNetworkAccess === 'Disabled') assert.equal(listed?.because, 'publicAccess')
      }),
    )
  })
})
