import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatArmId, isGroupName, parseArmId, scopeOfArmId, scopeOfText } from './arm-ids.ts'

const subscription = '/subscriptions/22222222-2222-4222-8222-222222222222'

describe('an ARM id', () => {
  test('is taken apart in any case and comes back in Azure’s spelling, names as they were', () => {
    const id = parseArmId(`${subscription.toUpperCase()}/RESOURCEGROUPS/Rg/PROVIDERS/microsoft.keyvault/VAULTS/Kv/KEYS/K1/`)
    assert.deepEqual(id, {
      subscriptionId: '22222222-2222-4222-8222-222222222222',
      group: 'Rg',
      provider: 'microsoft.keyvault',
      types: ['VAULTS', 'KEYS'],
      names: ['Kv', 'K1'],
    })
    assert.equal(formatArmId(id), `${subscription}/resourceGroups/Rg/providers/Microsoft.KeyVault/vaults/Kv/keys/K1`)
  })

  test('stands at every place on its way, root first, in lower case', () => {
    const id = parseArmId(`${subscription}/resourceGroups/Rg/providers/Microsoft.KeyVault/vaults/Kv/keys/K1`)
    assert.ok(id !== undefined)
    const group = `${subscription}/resourcegroups/rg`
    const vault = `${group}/providers/microsoft.keyvault/vaults/kv`
    assert.deepEqual(scopeOfArmId(id), ['', subscription, group, vault, `${vault}/keys/k1`])
  })

  test('may carry one extension resource, which is no place', () => {
    const id = parseArmId(
      `${subscription}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/providers/Microsoft.Authorization/roleAssignments/x`,
    )
    assert.deepEqual(id?.extension, { provider: 'Microsoft.Authorization', types: ['roleAssignments'], names: ['x'] })
    assert.equal(scopeOfText(`${subscription}/providers/Microsoft.KeyVault/vaults/v/providers/A.B/c/d`), undefined)
  })

  for (const text of [
    '',
    '/',
    'subscriptions/22222222-2222-4222-8222-222222222222',
    '/subscriptions/none',
    `${subscription}/resourceGroups`,
    `${subscription}/resourceGroups/ends.`,
    `${subscription}/resourceGroups/g/providers/Microsoft.KeyVault`,
    `${subscription}/resourceGroups/g/providers/Microsoft.KeyVault/vaults`,
    `${subscription}/resourceGroups/g/providers//vaults/v`,
    `${subscription}/resourceGroups/g/providers/Microsoft.KeyVault/vaults//keys`,
    `${subscription}/resourceGroups/g/providers/A.B/c/d/providers/A.B/c/d/providers/A.B/c/d`,
    `${subscription}/somewhere/else`,
    '/providers/Microsoft.Authorization/roleDefinitions/x',
  ])
    test(`is not ${JSON.stringify(text)}`, () => assert.equal(parseArmId(text), undefined))

  test('comes back the same from what it was written as', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/).filter(text => text.toLowerCase() !== 'providers')
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.option(name, { nil: undefined }),
        fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 3 }),
        (uuid, group, pairs) => {
          const id = {
            subscriptionId: uuid,
            ...(group !== undefined && { group }),
            provider: 'Microsoft.KeyVault',
            types: pairs.map(([type]) => `t${type}`),
            names: pairs.map(([, own]) => own),
          }
          assert.deepEqual(parseArmId(formatArmId(id)), id)
          assert.equal(scopeOfArmId(id).at(-1), formatArmId(id).toLowerCase())
        },
      ),
    )
  })
})

test('a group’s name is 1 to 90 letters, digits, dots, hyphens, underscores and brackets, with no dot at the end', () => {
  for (const good of ['a', 'A.b_c-(d)', 'g'.repeat(90), 'größe']) assert.equal(isGroupName(good), true, good)
  for (const bad of ['', 'a.', 'a b', 'a/b', 'a%', 'g'.repeat(91), 'a\n']) assert.equal(isGroupName(bad), false, JSON.stringify(bad))
})
