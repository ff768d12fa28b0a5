import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import { certificateTasks } from '#domain/certificates/tasks.ts'
import { certificateGround, ecPolicy } from '#domain/certificates/testing.ts'
import { createKey } from '#domain/keys/create-key.ts'
import { deleteKey } from '#domain/keys/delete-key.ts'
import { recoverKey } from '#domain/keys/recover-key.ts'
import { setRotationPolicy, type LifetimeAction } from '#domain/keys/rotation-policy.ts'
import { kindOf } from '#domain/keys/specs.ts'
import { keyTasks } from '#domain/keys/tasks.ts'
import { keyGround } from '#domain/keys/testing.ts'
import { updateKey } from '#domain/keys/update-key.ts'
import { secretTasks } from '#domain/secrets/tasks.ts'
import { secretGround } from '#domain/secrets/testing.ts'
import { updateSecret } from '#domain/secrets/update-secret.ts'
import type { ObjectAttributes } from '#domain/vault-objects/attributes.ts'
import { briefly, eventsTold, lookedAt } from './testing.ts'

const dayMs = 86_400_000

async function keyed() {
  const ground = await keyGround()
  const { context, as, permit, clock } = ground
  const vault = await ground.addVault('Vault-1')
  const named = { vault, name: 'MyKey' }
  const look = lookedAt(ground, vault, keyTasks[0])
  return {
    ...ground,
    vault,
    look: async () => look('mykey'),
    told: async () => eventsTold(ground, ['MyKey', 'mykey', 'Vault-1']),
    create: async (attributes: ObjectAttributes = {}) =>
      as(async call => {
        const create = permit(call, 'key.create', named)
        return (await createKey(context, call, { permit: create, ...named, kind: kindOf({ type: 'EC', crv: 'P-256' }), attributes }))
          .version
      }),
    expire: async (days: number, version = 'current') =>
      as(async call =>
        updateKey(context, call, {
          permit: permit(call, 'key.update', named),
          reference: { ...named, version },
          attributes: { expires: clock.now() + days * dayMs },
        }),
      ),
    policy: async (...lifetimeActions: readonly LifetimeAction[]) =>
      as(async call =>
        setRotationPolicy(context, call, { ...named, permit: permit(call, 'key.writeRotationPolicy', named), lifetimeActions }),
      ),
    remove: async () => as(async call => deleteKey(context, call, { ...named, permit: permit(call, 'key.delete', named) })),
    recover: async () => as(async call => recoverKey(context, call, { ...named, permit: permit(call, 'key.recover', named) })),
  }
}

async function secreted() {
  const ground = await secretGround()
  const { context, as, permit, vault, clock } = ground
  return {
    ...ground,
    look: lookedAt(ground, vault, secretTasks[0]),
    told: async () => briefly(await eventsTold(ground)),
    /** `expires`: in so many days. */
    update: async ({ expires, enabled }: { readonly expires?: number; readonly enabled?: boolean }, version = 'current') =>
      as(async call =>
        updateSecret(context, call, {
          permit: permit(call, 'secret.update', { vault, name: 's' }),
          reference: { vault, name: 's', version },
          attributes: { enabled, expires: expires === undefined ? undefined : clock.now() + expires * dayMs },
        }),
      ),
  }
}

describe('the events of a key', () => {
  test('tell of a new version with its dates, in the spelling and the numbers of the service', async () => {
    const { create, told, clock, vault } = await keyed()
    const version = await create({ notBefore: clock.now(), expires: clock.now() + 90 * dayMs })
    const [event, ...more] = await told()
    assert.deepEqual(more, [])
    assert.match(event?.id ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(
      { ...event, id: '' },
      {
        id: '',
        topic: vault.id,
        subject: 'MyKey',
        eventType: 'Microsoft.KeyVault.KeyNewVersionCreated',
        eventTime: Temporal.Instant.fromEpochMilliseconds(clock.now()).toString(),
        data: {
          Id: `https://vault-1.vault.keystead.test/keys/MyKey/${version.id}`,
          VaultName: 'Vault-1',
          ObjectType: 'Key',
          ObjectName: 'MyKey',
          Version: version.id,
          NBF: clock.now() / 1_000,
          EXP: clock.now() / 1_000 + 90 * 86_400,
        },
        dataVersion: '1',
        metadataVersion: '1',
      },
    )
    const { id } = await create()
    assert.deepEqual(
      (await told()).map(({ data }) => [data['Version'], data['NBF'], data['EXP']]),
      [[id, null, null]],
    )
  })

  test('say that it is near its expiry 30 days before, and that it has expired, once each', async () => {
    const { create, told, clock, look, store, rows, vault } = await keyed()
    await create({ expires: clock.now() + 90 * dayMs })
    await told()
    clock.advance(60 * dayMs - 1)
    assert.deepEqual([(await store.due(clock.now(), 9)).length, await look()], [0, false])
    clock.advance(1)
    assert.deepEqual([(await store.due(clock.now(), 9)).length, await look(), await look()], [1, true, false])
    assert.deepEqual(briefly(await told()), ['KeyNearExpiry MyKey'])
    assert.deepEqual(
      [rows().at(-2)?.['operation'], rows().at(-2)?.['resourceId']],
      ['KeyNearExpiryEventGridNotification', `${vault.id}/keys/MyKey`],
    )
    clock.advance(30 * dayMs)
    assert.deepEqual([await look(), await look()], [true, false])
    assert.deepEqual(briefly(await told()), ['KeyExpired MyKey'])
    assert.deepEqual(await store.due(millis(clock.now() + 1_000 * dayMs), 9), [])
  })

  test('follow the Notify action of its policy, set later too', async () => {
    const { create, told, clock, look, policy } = await keyed()
    await create({ expires: clock.now() + 90 * dayMs })
    await policy({ action: 'Notify', timeBeforeExpiry: 'P60D' })
    clock.advance(30 * dayMs)
    assert.equal(await look(), true)
    await policy({ action: 'Notify', timeBeforeExpiry: 'P10D' })
    assert.equal(await look(), false, 'armed for the new moment')
    clock.advance(50 * dayMs)
    assert.deepEqual([await look(), await look()], [true, false])
    assert.deepEqual(briefly(await told()), ['KeyNewVersionCreated MyKey', 'KeyNearExpiry MyKey', 'KeyNearExpiry MyKey'])
  })

  test('say nothing twice when the clock goes back', async () => {
    const { create, told, clock, look } = await keyed()
    await create({ expires: clock.now() + 40 * dayMs })
    clock.advance(10 * dayMs)
    assert.equal(await look(), true)
    clock.advance(-5 * dayMs)
    assert.equal(await look(), false)
    clock.advance(5 * dayMs)
    assert.equal(await look(), false)
    clock.advance(30 * dayMs)
    assert.equal(await look(), true)
    clock.advance(-40 * dayMs)
    assert.equal(await look(), false)
    clock.advance(80 * dayMs)
    assert.equal(await look(), false)
    assert.deepEqual(briefly(await told()), ['KeyNewVersionCreated MyKey', 'KeyNearExpiry MyKey', 'KeyExpired MyKey'])
  })

  test('say of a key that is rotated by itself that there is a new version, not that it is about to expire', async () => {
    const { create, told, clock, look, policy } = await keyed()
    await create({ expires: clock.now() + 90 * dayMs })
    await told()
    await policy({ action: 'Rotate', timeAfterCreate: 'P60D' })
    clock.advance(60 * dayMs)
    assert.deepEqual([await look(), await look()], [true, false])
    assert.deepEqual(briefly(await told()), ['KeyNewVersionCreated MyKey'])
  })

  test('wait while the key is deleted, and come after its recovery', async () => {
    const { create, told, clock, look, remove, recover, expire } = await keyed()
    await create()
    await expire(33)
    await remove()
    await told()
    clock.advance(4 * dayMs)
    assert.equal(await look(), false)
    await recover()
    assert.equal(await look(), true)
    assert.deepEqual(briefly(await told()), ['KeyNearExpiry MyKey'])
  })

  test('are not told of a key that was purged before', async () => {
    const { create, told, clock, look, remove } = await keyed()
    await create()
    await remove()
    clock.advance(8 * dayMs)
    assert.equal(await look(), true)
    assert.deepEqual(await told(), [])
  })
})

describe('the events of a secret', () => {
  test('come 30 days before its expiry and at it, for the current version', async () => {
    const { set, look, told, clock } = await secreted()
    await set('s', 'one', { attributes: { expires: clock.now() + 40 * dayMs } })
    clock.advance(9 * dayMs)
    await set('s', 'two', { attributes: { expires: clock.now() + 41 * dayMs } })
    clock.advance(dayMs)
    assert.equal(await look('s'), false, 'the one before is no longer the current version')
    clock.advance(10 * dayMs)
    assert.deepEqual([await look('s'), await look('s')], [true, false])
    clock.advance(30 * dayMs)
    assert.deepEqual([await look('s'), await look('s')], [true, false])
    assert.deepEqual(await told(), ['SecretNewVersionCreated s', 'SecretNewVersionCreated s', 'SecretNearExpiry s', 'SecretExpired s'])
  })

  test('come of an older version whose expiry is set later, and again for another expiry', async () => {
    const { set, look, told, update } = await secreted()
    const { id } = await set('s', 'one')
    await set('s', 'two')
    assert.equal(await look('s'), false)
    await update({ expires: 10 }, id)
    assert.deepEqual([await look('s'), await look('s')], [true, false])
    await update({ expires: 20 }, id)
    assert.deepEqual([await look('s'), await look('s')], [true, false])
    assert.deepEqual((await told()).slice(2), ['SecretNearExpiry s', 'SecretNearExpiry s'])
  })

  test('wait while it is disabled', async () => {
    const { set, look, told, update } = await secreted()
    await set('s', 'one', { attributes: { enabled: false } })
    await update({ expires: 10 })
    assert.equal(await look('s'), false)
    await update({ enabled: true })
    assert.equal(await look('s'), true)
    assert.deepEqual((await told()).slice(1), ['SecretNearExpiry s'])
  })

  test('say only that it has expired where nobody looked before', async () => {
    const { set, look, told, clock } = await secreted()
    await set('s', 'one', { attributes: { expires: clock.now() + 40 * dayMs } })
    clock.advance(50 * dayMs)
    assert.deepEqual([await look('s'), await look('s')], [true, false])
    assert.deepEqual((await told()).slice(1), ['SecretExpired s'])
  })
})

describe('the events of a certificate', () => {
  test('tell of its new version with its key and its secret, and of its expiry for itself alone', async () => {
    const ground = await certificateGround()
    const { clock, vault } = ground
    const lifetimeActions = [{ action: 'EmailContacts' as const, daysBeforeExpiry: 1 }]
    await ground.issue('c', ecPolicy({ validityMonths: 12, lifetimeActions }))
    const events = await eventsTold(ground)
    assert.deepEqual(briefly(events).toSorted(), ['CertificateNewVersionCreated c', 'KeyNewVersionCreated c', 'SecretNewVersionCreated c'])
    assert.equal(new Set(events.map(({ data }) => data['Version'])).size, 1)
    const { validToDate } = await ground.leaf('c')
    assert.equal(events[0]?.data['EXP'], validToDate.getTime() / 1_000)
    clock.advance(validToDate.getTime() - 30 * dayMs - clock.now())
    const look = lookedAt(ground, vault, certificateTasks[0])
    assert.deepEqual([await look('c'), await look('c')], [true, false])
    clock.advance(29 * dayMs)
    assert.deepEqual([await look('c'), await look('c')], [true, false], 'the word to the contacts')
    clock.advance(dayMs)
    assert.deepEqual([await look('c'), await look('c')], [true, false])
    const looks = [lookedAt(ground, vault, keyTasks[0]), lookedAt(ground, vault, secretTasks[0])]
    for (const one of looks) assert.equal(await one('c'), false)
    assert.deepEqual(briefly(await eventsTold(ground)), ['CertificateNearExpiry c', 'CertificateExpired c'])
  })

  test('do not keep its renewal from coming first', async () => {
    const ground = await certificateGround()
    const { clock, vault } = ground
    await ground.issue('c', ecPolicy({ validityMonths: 12, lifetimeActions: [{ action: 'AutoRenew', daysBeforeExpiry: 30 }] }))
    await eventsTold(ground)
    clock.advance((await ground.leaf('c')).validToDate.getTime() - 30 * dayMs - clock.now())
    const look = lookedAt(ground, vault, certificateTasks[0])
    assert.equal(await look('c'), true)
    assert.equal(await ground.due('certificateOperations', 'c'), true)
    assert.equal(await look('c'), false)
    assert.equal((await eventsTold(ground)).filter(({ eventType }) => eventType.endsWith('NearExpiry')).length, 0)
  })
})
