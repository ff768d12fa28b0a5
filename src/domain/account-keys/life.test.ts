import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusedWith } from '#domain/keys/testing.ts'
import { disableAccountKey, enableAccountKey } from './change-account-key.ts'
import { cancelDeletion, scheduleDeletion } from './delete-account-key.ts'
import { dayMs } from './due.ts'
import { accountKeyById, type HeldAccountKey } from './find-account-key.ts'
import { stateOf } from './key-states.ts'
import { materialPlace } from './make-material.ts'
import { disableRotation, enableRotation, readRotation, rotateOnDemand } from './rotate-account-key.ts'
import { accountKeyTasks } from './tasks.ts'
import { accountGround, type AccountGround } from './testing.ts'

/** What the tests do to keys, each as a request of its own; a key is found anew every time. */
function deeds(ground: AccountGround) {
  const { context, as } = ground
  const now = async ({ value }: HeldAccountKey): Promise<HeldAccountKey> =>
    (await as(async call => accountKeyById(context, call, value))) ?? assert.fail('the key is gone')
  return {
    now,
    gone: async ({ value }: HeldAccountKey) => (await as(async call => accountKeyById(context, call, value))) === undefined,
    schedule: async (held: HeldAccountKey, windowDays = 7) => {
      const key = await now(held)
      return as(async call =>
        scheduleDeletion(context, call, { permit: await ground.permitOf(call, 'accountKey.scheduleDeletion', key), key, windowDays }),
      )
    },
    cancel: async (held: HeldAccountKey) => {
      const key = await now(held)
      return as(async call => cancelDeletion(context, call, { permit: await ground.permitOf(call, 'accountKey.cancelDeletion', key), key }))
    },
    setEnabled: async (held: HeldAccountKey, enabled: boolean) => {
      const key = await now(held)
      await as(async call =>
        enabled
          ? enableAccountKey(context, call, { permit: await ground.permitOf(call, 'accountKey.enable', key), key })
          : disableAccountKey(context, call, { permit: await ground.permitOf(call, 'accountKey.disable', key), key }),
      )
    },
    turnsEvery: async (held: HeldAccountKey, periodDays: number) => {
      const key = await now(held)
      await as(async call =>
        enableRotation(context, call, { permit: await ground.permitOf(call, 'accountKey.enableRotation', key), key, periodDays }),
      )
    },
    turnsNoMore: async (held: HeldAccountKey) => {
      const key = await now(held)
      await as(async call =>
        disableRotation(context, call, { permit: await ground.permitOf(call, 'accountKey.disableRotation', key), key }),
      )
    },
    schedules: async (held: HeldAccountKey) => {
      const key = await now(held)
      return as(async call => readRotation(context, call, { permit: await ground.permitOf(call, 'accountKey.readRotation', key), key }))
    },
    turn: async (held: HeldAccountKey) => {
      const key = await now(held)
      await as(async call => rotateOnDemand(context, call, { permit: await ground.permitOf(call, 'accountKey.rotate', key), key }))
    },
  }
}

/** What the scheduler does with one key. */
async function lookAt(ground: AccountGround, { compartment, path }: HeldAccountKey): Promise<boolean> {
  const [task] = accountKeyTasks
  assert(task !== undefined)
  return ground.run({ id: 'system', kind: 'system' }, async call => task.run(ground.context, call, { compartment, path }), task.operation)
}

describe('the end of a key', async () => {
  const ground = await accountGround()
  const { context } = ground
  const { schedule, cancel, now, gone } = deeds(ground)

  for (const days of [6, 31])
    test(`is not in ${days} days`, async () => assert.rejects(schedule(await ground.addKey(), days), refusedWith('ValidationFailed')))

  test('waits out its window, and can be called off until then, which leaves the key disabled', async () => {
    const key = await ground.addKey()
    const scheduled = await schedule(key, 7)
    assert.deepEqual(scheduled.deletion, { windowDays: 7, at: ground.clock.now() + 7 * dayMs })
    assert.equal(stateOf(scheduled, ground.clock.now()), 'pendingDeletion')
    await assert.rejects(schedule(key), refusedWith('AccountKeyStateInvalid'))
    assert.equal(stateOf(await cancel(key), ground.clock.now()), 'disabled')
    assert.equal((await now(key)).value.dueAt, undefined)
    await assert.rejects(cancel(key), refusedWith('AccountKeyStateInvalid'))
  })

  test('takes its material, its aliases and its grants, and tells the account', async () => {
    const key = await ground.addKey()
    const kept = await ground.addKey()
    await ground.as(async call => {
      const at = { createdAt: call.at, updatedAt: call.at }
      for (const [name, keyId] of [
        ['alias/doomed', key.value.id],
        ['alias/kept', kept.value.id],
      ] as const)
        context.keyAliases.create(call, key.compartment, { path: [name], value: { name, keyId, ...at } })
      const grant = { id: 'a'.repeat(64), name: '', createdAt: call.at, grantee: 'x', issuingAccount: 'y', operations: ['Decrypt'] }
      for (const keyId of [key.value.id, kept.value.id])
        context.keyGrants.create(call, key.compartment, { path: [keyId, grant.id], value: { ...grant, keyId } })
    })
    await schedule(key, 7)
    ground.clock.advance(7 * dayMs - 1)
    assert.equal(await lookAt(ground, key), false)
    ground.clock.advance(1)
    assert.equal(await lookAt(ground, key), true)
    assert(await gone(key))
    const place = materialPlace(key.id, key.value.materials[0]?.id ?? '')
    assert.equal(await ground.store.material(place), undefined)
    await ground.as(async call => {
      assert.equal(await context.keyAliases.get(call, key.compartment, ['alias/doomed']), undefined)
      assert.equal(await context.keyGrants.get(call, key.compartment, [key.value.id, 'a'.repeat(64)]), undefined)
      assert.notEqual(await context.keyAliases.get(call, key.compartment, ['alias/kept']), undefined)
      assert.notEqual(await context.keyGrants.get(call, key.compartment, [kept.value.id, 'a'.repeat(64)]), undefined)
    })
    const entry = ground.rows().find(row => row['operation'] === 'DeleteKey')
    assert(entry !== undefined && JSON.stringify(entry).includes('keyDeleted'))
  })

  test('comes in steps to a key with very many grants, and it does nothing meanwhile', async () => {
    const key = await ground.addKey()
    const others = Array.from({ length: 501 }, (_, place) => place.toString(16).padStart(64, '0'))
    await ground.as(async call => {
      for (const id of others) {
        const value = { id, keyId: key.value.id, name: '', createdAt: call.at, grantee: 'x', issuingAccount: 'y', operations: ['Decrypt'] }
        context.keyGrants.create(call, key.compartment, { path: [key.value.id, id], value })
      }
    })
    await schedule(key, 7)
    ground.clock.advance(7 * dayMs)
    assert.equal(await lookAt(ground, key), true)
    assert.equal(stateOf((await now(key)).value, ground.clock.now()), 'pendingDeletion')
    assert.equal(await lookAt(ground, key), true)
    assert(await gone(key))
  })

  test('of a primary waits for its replicas, and its window begins when the last of them is gone', async () => {
    const primary = await ground.addKey({ multiRegion: true })
    const regions = { primary: primary.value.region, replicas: ['eu-west-1'] }
    // As a replica is made: another key of the same id in another Region.
    const other = await ground.addKey({ region: 'eu-west-1' })
    await ground.as(async call => {
      context.accountKeys.remove(call, other)
      context.accountKeys.create(call, other.compartment, {
        path: [primary.value.id],
        value: { ...other.value, id: primary.value.id, multiRegion: regions },
      })
      context.accountKeys.update(call, primary, { ...primary.value, multiRegion: regions })
    })
    const replica =
      (await ground.as(async call => accountKeyById(context, call, { ...other.value, id: primary.value.id }))) ?? assert.fail('a replica')
    assert.equal(stateOf(await schedule(primary, 7), ground.clock.now()), 'pendingReplicaDeletion')
    await schedule(replica, 10)
    ground.clock.advance(10 * dayMs)
    assert.equal(await lookAt(ground, primary), false)
    assert.equal(await lookAt(ground, replica), true)
    const left = (await now(primary)).value
    assert.deepEqual([left.multiRegion?.replicas, left.deletion?.at], [[], ground.clock.now() + 7 * dayMs])
  })
})

describe('a key turns to new material', async () => {
  const ground = await accountGround()
  const { turnsEvery, turnsNoMore, turn, schedules, schedule, cancel, now, setEnabled } = deeds(ground)
  const states = async (key: HeldAccountKey) => (await now(key)).value.materials.map(({ state, rotation }) => [state, rotation])

  test('by its schedule, whose next day is a period later, and keeps what it had', async () => {
    const key = await ground.addKey()
    assert.equal(await schedules(key), undefined)
    await turnsEvery(key, 90)
    assert.deepEqual(await schedules(key), { periodDays: 90, nextAt: ground.clock.now() + 90 * dayMs })
    ground.clock.advance(90 * dayMs)
    assert.equal(await lookAt(ground, key), true)
    assert.deepEqual(await states(key), [
      ['former', undefined],
      ['current', 'automatic'],
    ])
    assert.equal((await schedules(key))?.nextAt, ground.clock.now() + 90 * dayMs)
    for (const { id } of (await now(key)).value.materials)
      assert.notEqual(await ground.store.material(materialPlace(key.id, id)), undefined)
    assert.equal(await lookAt(ground, key), false)
    assert(JSON.stringify(ground.rows().find(row => row['operation'] === 'RotateKey')).includes('keyRotated'))
    await turnsNoMore(key)
    assert.equal((await now(key)).value.dueAt, undefined)
  })

  test('not while it is disabled, and at once when it is back', async () => {
    const key = await ground.addKey()
    await turnsEvery(key, 90)
    await setEnabled(key, false)
    ground.clock.advance(100 * dayMs)
    assert.equal(await lookAt(ground, key), false)
    await setEnabled(key, true)
    assert.equal((await now(key)).value.dueAt, (await now(key)).value.rotation?.nextAt)
    assert.equal(await lookAt(ground, key), true)
    assert.equal((await schedules(key))?.nextAt, ground.clock.now() + 90 * dayMs)
  })

  test('not while it waits for its end, when it says that it does not; kept, it has its schedule again', async () => {
    const key = await ground.addKey()
    await turnsEvery(key, 90)
    await schedule(key)
    assert.equal(await schedules(key), undefined)
    await cancel(key)
    assert.equal((await schedules(key))?.periodDays, 90)
  })

  test('on demand, which moves no schedule, but not close to one', async () => {
    const key = await ground.addKey()
    await turnsEvery(key, 90)
    const before = await schedules(key)
    await turn(key)
    assert.deepEqual(await states(key), [
      ['former', undefined],
      ['current', 'onDemand'],
    ])
    assert.deepEqual(await schedules(key), before)
    ground.clock.advance(90 * dayMs - 60_000)
    await assert.rejects(turn(key), refusedWith('RotationConflict'))
  })

  test('on demand 25 times where quotas are in force', async () => {
    const throttled = await accountGround({ throttle: true })
    const key = await throttled.addKey()
    const { turn: turnThere } = deeds(throttled)
    for (let n = 0; n < 25; n += 1) await turnThere(key)
    await assert.rejects(turnThere(key), refusedWith('LimitExceeded'))
  })

  test('never a pair, whose schedule can be asked for all the same', async () => {
    const pair = await ground.addKey({ spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' })
    await assert.rejects(turnsEvery(pair, 90), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(turn(pair), refusedWith('KeyOperationUnsupported'))
    assert.equal(await schedules(pair), undefined)
  })
})
