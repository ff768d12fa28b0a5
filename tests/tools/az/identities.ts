import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { groupId } from '#tests/clients/azure.ts'
import { listed, named, vaultOf, type Az } from './session.ts'

export function identities(az: Az): void {
  const at = ['--name', 'shop-identity', '--resource-group', az.group]
  describe('az identity', () => {
    test('a managed identity of its own is made, shown, listed and deleted', async () => {
      const made = await az.read(named.extend({ principalId: z.guid(), clientId: z.guid() }), 'identity', 'create', ...at)
      assert.equal((await az.read(named, 'identity', 'show', ...at)).id, made.id)
      assert.equal((await az.read(listed, 'identity', 'list', '--resource-group', az.group)).length, 1)
      await az.run('identity', 'delete', ...at)
    })
  })
}

const doorShape = z.looseObject({ url: z.url() })
const machineShape = named.extend({ identity: z.looseObject({ principalId: z.guid() }).nullish() })

export function machines(az: Az): void {
  const { environment } = az.instance
  const id = `${groupId(environment, az.group)}/providers/Microsoft.Compute/virtualMachines/shop1`
  const at = ['--name', 'shop1', '--resource-group', az.group]

  describe('az vm identity, az login --identity', () => {
    test('a virtual machine is given an identity, whose role is the machine’s', async () => {
      const body = JSON.stringify({ location: environment.location, properties: { hardwareProfile: { vmSize: 'Standard_D2s_v5' } } })
      await az.run('rest', '--method', 'put', '--url', `${id}?api-version=2024-03-01`, '--body', body)
      await az.run('vm', 'identity', 'assign', ...at)
      const { identity } = await az.read(machineShape, 'vm', 'show', ...at)
      await az.give('Key Vault Crypto User', { id: identity?.principalId ?? '' }, vaultOf(az))
      await az.run('vm', 'identity', 'show', ...at)
    })

    test('az in the machine is the machine', async () => {
      const { url } = doorShape.parse(await az.instance.ask('vm', 'imds', id))
      const inside = az.as('shop1', { AZURE_POD_IDENTITY_AUTHORITY_HOST: url })
      await inside.run('login', '--identity', '--allow-no-subscriptions')
      await inside.run('keyvault', 'key', 'show', '--vault-name', az.vault, '--name', 'cmk')
      await inside.refused(/ForbiddenByRbac/, 'keyvault', 'secret', 'list', '--vault-name', az.vault)
    })

    test('without its identity the machine is nobody', async () => {
      await az.run('vm', 'identity', 'remove', ...at, '--identities', '[system]')
      const { identity } = await az.read(machineShape, 'vm', 'show', ...at)
      assert.equal(identity?.principalId, undefined)
    })
  })
}
