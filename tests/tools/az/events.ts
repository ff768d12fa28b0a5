import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { receivedBy, receiverUrl } from '#tests/clients/beside-receiver.ts'
import { listed, named, vaultOf, type Az } from './session.ts'

const subscription = named.extend({ provisioningState: z.string(), labels: z.array(z.string()).nullish() })

export function events(az: Az): void {
  const of = (): readonly string[] => ['--name', 'hooks', '--source-resource-id', vaultOf(az)]

  describe('az eventgrid', () => {
    test('a webhook hears of new versions of a secret until its subscription goes', async () => {
      az.hide(receiverUrl(), 'https://RECEIVER')
      const only = ['--included-event-types', 'Microsoft.KeyVault.SecretNewVersionCreated']
      const made = await az.read(subscription, 'eventgrid', 'event-subscription', 'create', ...of(), '--endpoint', receiverUrl(), ...only)
      assert.deepEqual([made.name, made.provisioningState], ['hooks', 'Succeeded'])
      await az.run('keyvault', 'secret', 'set', '--vault-name', az.vault, '--name', 'told', '--value', 'to-nobody-outside')
      const [event] = await receivedBy('hooks', 1)
      assert(event?.body.includes('SecretNewVersionCreated') === true && !event.body.includes('to-nobody-outside'))
      const list = await az.read(listed, 'eventgrid', 'event-subscription', 'list', '--source-resource-id', vaultOf(az))
      assert.equal(list.length, 1)
      const changed = await az.read(subscription, 'eventgrid', 'event-subscription', 'update', ...of(), '--labels', 'red', 'green')
      assert.deepEqual(changed.labels, ['red', 'green'])
      assert.equal((await az.read(subscription, 'eventgrid', 'event-subscription', 'show', ...of())).id, made.id)
      await az.run('eventgrid', 'event-subscription', 'delete', ...of())
      await az.refused(/ResourceNotFound|NotFound|could not be found/i, 'eventgrid', 'event-subscription', 'show', ...of())
    })

    test('a receiver that the operator does not list is not subscribed', async () => {
      const words = ['create', '--name', 'elsewhere', '--source-resource-id', vaultOf(az), '--endpoint', 'https://elsewhere.example/']
      await az.refused(/not among those/, 'eventgrid', 'event-subscription', ...words)
    })
  })
}
