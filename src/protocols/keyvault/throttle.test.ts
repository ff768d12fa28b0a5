import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusedWith } from '#domain/keys/testing.ts'
import { subscriptionFactor, throttleWindowMs } from './limits.ts'
import { ecKey, message, refusal, vaultWire, version74, zeros } from './testing.ts'
import { createThrottle, creating, using, type Transaction } from './throttle.ts'

const by = (vault: string, nowMs = 0) => ({ vault, subscription: 's', nowMs })

/** How many of them one vault takes in a window. */
function room(transaction: Transaction): number {
  const throttle = createThrottle()
  for (let count = 0; ; count += 1) {
    try {
      throttle.count(transaction, by('v'))
    } catch {
      return count
    }
  }
}

describe('the throttle', () => {
  for (const [what, transaction, limit] of [
    ['keys made in software', creating(false), 20],
    ['hardware keys made', creating(true), 10],
    ['uses of RSA-2048', using({ spec: 'RSA-2048', hsm: false }), 4_000],
    ['uses of P-521', using({ spec: 'P-521', hsm: false }), 4_000],
    ['uses of RSA-3072', using({ spec: 'RSA-3072', hsm: false }), 1_000],
    ['uses of RSA-4096', using({ spec: 'RSA-4096', hsm: false }), 500],
    ['uses of RSA-2048 in hardware', using({ spec: 'RSA-2048', hsm: true }), 2_000],
    ['uses of RSA-3072 in hardware', using({ spec: 'RSA-3072', hsm: true }), 500],
    ['uses of RSA-4096 in hardware', using({ spec: 'RSA-4096', hsm: true }), 250],
  ] as const)
    test(`takes ${limit} ${what} in a window`, () => assert.equal(room(transaction), limit))

  test('enforces the sum, and a refusal does not count', () => {
    const throttle = createThrottle()
    for (let count = 0; count < 9; count += 1) throttle.count(creating(true), by('v'))
    throttle.count(creating(false), by('v'))
    for (let count = 0; count < 3; count += 1)
      assert.throws(() => throttle.count(creating(true), by('v', 2_500)), refusedWith('Throttled', { retryAfterSeconds: 8 }))
    throttle.count(creating(false), by('v', 2_500))
    throttle.count(creating(true), by('v', throttleWindowMs))
  })

  test('a subscription has five times as much as a vault', () => {
    const throttle = createThrottle()
    const full = 20 * subscriptionFactor
    for (let count = 0; count < full; count += 1) throttle.count(creating(false), by(`v${count % 10}`))
    assert.throws(() => throttle.count(creating(false), by('another')), refusedWith('Throttled'))
    throttle.count(creating(false), { ...by('another'), subscription: 'another' })
  })

  test('answers 429 with Retry-After before version and permission, once a vault has made its keys', async () => {
    const { send, addVault, clock } = await vaultWire({ throttle: true })
    await addVault('v')
    const create = async (name: number) => send('POST', `/keys/k${name}/create?${version74}`, { body: ecKey })
    for (let name = 0; name < 20; name += 1) assert.equal((await create(name)).status, 200)
    const refused = await create(20)
    assert.deepEqual([...refusal(refused), refused.headers['retry-after']], [429, 'Throttled', undefined, '10'])
    assert.equal(
      message(refused),
      'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
    )
    assert.equal((await send('POST', '/keys/k/create?api-version=none', { as: 'stranger', body: ecKey })).status, 429)
    assert.equal((await send('POST', '/keys/k/create', { as: 'nobody' })).status, 401, 'the token comes first')
    assert.equal((await send('POST', `/keys/k0/sign?${version74}`, { body: { alg: 'ES256', value: zeros(32) } })).status, 200)
    clock.advance(throttleWindowMs)
    assert.equal((await create(20)).status, 200)
  })

  test('weighs a hardware key by what its body asks for, and a rotation by the key that is there', async () => {
    const { send, addVault } = await vaultWire({ throttle: true })
    await addVault('v')
    for (let name = 0; name < 9; name += 1)
      await send('POST', `/keys/k${name}/create?${version74}`, { body: { kty: 'EC-HSM', crv: 'P-256' } })
    assert.equal((await send('POST', `/keys/k0/rotate?${version74}`)).status, 200)
    assert.equal((await send('POST', `/keys/k0/rotate?${version74}`)).status, 429)
  })

  test('takes no more at once than one after the other', async () => {
    const { send, addVault } = await vaultWire({ throttle: true })
    await addVault('v')
    const made = await Promise.all(
      Array.from({ length: 40 }, async () => (await send('POST', `/keys/k/create?${version74}`, { body: ecKey })).status),
    )
    assert.deepEqual([made.filter(status => status === 200).length, made.filter(status => status === 429).length], [20, 20])
  })
})
