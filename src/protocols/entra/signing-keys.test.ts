import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tenantId, type IdentityGround } from '#domain/identity/testing.ts'
import { signingKeyTask } from '#domain/identity/signing-key-task.ts'
import { system } from '#model/principal.ts'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { entraGround, formOf, v2 } from './testing.ts'

describe('the roll of signing keys', () => {
  const day = 86_400_000
  const runDue = async (ground: IdentityGround) => {
    let done = 0
    for (const held of ground.context.signingKeys.peek())
      await ground.run(system, async call => {
        if (await signingKeyTask.run(ground.context, call, held)) done += 1
      })
    return done
  }

  test('publishes the successor a day before it signs, and the predecessor until its longest token has expired', async () => {
    const { ground, get, post } = await entraGround()
    const made = await ground.add('app')
    const kids = async () => listIn((await get(`/${tenantId}/discovery/v2.0/keys`)).json['keys']).map(key => textIn(key['kid']))
    const signer = async () => {
      const { json } = await post(v2, formOf(made))
      const [head = ''] = textIn(json['access_token']).split('.')
      return objectIn(JSON.parse(Buffer.from(head, 'base64url').toString()))['kid']
    }
    const [first] = await kids()
    assert.equal(await runDue(ground), 0)
    ground.clock.advance(90 * day)
    assert.equal(await runDue(ground), 1)
    assert.equal(await runDue(ground), 0, 'once is enough')
    const [, second] = await kids()
    assert.deepEqual(await kids(), [first, second])
    assert.equal(await signer(), first, 'published, and not signing yet')
    ground.clock.advance(day)
    assert.equal(await signer(), second)
    assert.deepEqual(await kids(), [first, second], "the old one's tokens still verify")
    ground.clock.advance(day + 61_000)
    assert.deepEqual(await kids(), [second])
    assert.equal(await runDue(ground), 1, 'and it goes')
    assert.equal(ground.context.signingKeys.peek().length, 1)
  })
})
