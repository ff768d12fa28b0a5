import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import type { Vault } from '#domain/resources/records.ts'
import { deleteKey } from './delete-key.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { findKey } from './find-key.ts'
import { rotateKey } from './rotate-key.ts'
import { getRotationPolicy, setRotationPolicy, type LifetimeAction } from './rotation-policy.ts'
import { keyTasks } from './tasks.ts'
import { keyGround, refusedWith, type KeyGround } from './testing.ts'
import { updateKey } from './update-key.ts'

const dayMs = 86_400_000
const rotateAfter = (timeAfterCreate: string): LifetimeAction => ({ action: 'Rotate', timeAfterCreate })
const rotateBefore = (timeBeforeExpiry: string): LifetimeAction => ({ action: 'Rotate', timeBeforeExpiry })
const notifyBefore = (timeBeforeExpiry: string): LifetimeAction => ({ action: 'Notify', timeBeforeExpiry })

async function keyed() {
  const ground = await keyGround()
  const { context, as, permit } = ground
  const vault = await ground.addVault('v')
  await ground.addKey(vault, 'k', { crv: 'P-384' })
  const named = { vault, name: 'k' }
  return {
    ...ground,
    vault,
    named,
    set: async (lifetimeActions: readonly LifetimeAction[], expiryTime?: string) =>
      as(async call =>
        setRotationPolicy(context, call, { ...named, permit: permit(call, 'key.writeRotationPolicy', named), lifetimeActions, expiryTime }),
      ),
    policy: async () =>
      (await as(async call => getRotationPolicy(context, call, { ...named, permit: permit(call, 'key.readRotationPolicy', named) })))
        .rotationPolicy,
    rotate: async () => as(async call => rotateKey(context, call, { ...named, permit: permit(call, 'key.rotate', named) })),
    update: async (attributes: { readonly enabled?: boolean; readonly expires?: number }) =>
      as(async call =>
        updateKey(context, call, { permit: permit(call, 'key.update', named), reference: { ...named, version: 'current' }, attributes }),
      ),
  }
}

describe('a rotation policy', () => {
  test('stands as it was set, Rotate first, and replaces the one before', async () => {
    const { set, policy, clock } = await keyed()
    assert.equal(await policy(), undefined)
    await set([notifyBefore('P10D'), rotateBefore('P30D')], 'P90D')
    const first = await policy()
    assert.ok(first)
    assert.deepEqual(first.lifetimeActions, [rotateBefore('P30D'), notifyBefore('P10D')])
    clock.advance(5_000)
    await set([rotateAfter('P7D')])
    const second = await policy()
    assert.deepEqual(
      [second?.lifetimeActions, second?.expiryTime, second?.createdAt, second?.updatedAt],
      [[rotateAfter('P7D'), notifyBefore('P30D')], undefined, first.createdAt, first.updatedAt + 5_000],
    )
  })

  for (const [why, actions, expiry] of [
    ['expires within four weeks', [], 'P27D'],
    ['is not a duration', [], 'soon'],
    ['is zero', [], 'P0D'],
    ['rotates after less than 7 days', [rotateAfter('P6D')], undefined],
    ['notifies less than 7 days before', [notifyBefore('P6D')], undefined],
    ['rotates before an expiry that is not set', [rotateBefore('P30D')], undefined],
    ['has two triggers', [{ action: 'Rotate', timeAfterCreate: 'P30D', timeBeforeExpiry: 'P10D' }], 'P60D'],
    ['has no trigger', [{ action: 'Rotate' }], 'P60D'],
    ['notifies after creation', [{ action: 'Notify', timeAfterCreate: 'P30D' }], 'P60D'],
    ['rotates twice', [rotateAfter('P30D'), rotateAfter('P40D')], undefined],
    ['notifies twice', [notifyBefore('P30D'), notifyBefore('P40D')], undefined],
    ['rotates within 7 days of the end', [rotateAfter('P54D')], 'P60D'],
    ['rotates within 7 days of the beginning', [rotateBefore('P54D')], 'P60D'],
  ] as const satisfies readonly (readonly [string, readonly LifetimeAction[], string | undefined])[]) {
    test(`is refused where it ${why}, and the old one stays`, async () => {
      const { set, policy } = await keyed()
      await set([rotateAfter('P90D')])
      const before = await policy()
      await assert.rejects(set(actions, expiry), refusedWith('InvalidBody'))
      assert.deepEqual(await policy(), before)
    })
  }

  test('at its very limits is accepted', async () => {
    const { set } = await keyed()
    await set([rotateAfter('P53D')], 'P60D')
    await set([], 'P28D')
    await set([rotateAfter('P7D')], 'P1M')
  })
})

describe('rotateKey', () => {
  test('makes a version after the pattern of the current one, with an expiry by the policy', async () => {
    const { set, rotate, update, clock } = await keyed()
    await update({ expires: clock.now() + dayMs })
    const without = await rotate()
    assert.deepEqual([without.version.spec, without.version.expires], ['P-384', undefined])
    await set([rotateBefore('P30D')], 'P90D')
    const { key, version } = await rotate()
    assert.equal((version.expires ?? 0) - version.createdAt, 90 * dayMs)
    assert.equal(new Set(key.versions.map(one => one.publicKey)).size, 3)
    assert.equal(key.versions[1]?.expires, undefined, 'older versions stay')
  })

  test('keeps a key that is off, off', async () => {
    const { rotate, update } = await keyed()
    await update({ enabled: false })
    assert.equal((await rotate()).version.enabled, false)
  })
})

const runTask = async (ground: KeyGround, vault: Vault): Promise<boolean> => {
  const [task] = keyTasks
  assert.ok(task)
  return ground.run(system, async call => task.run(ground.context, call, { compartment: vault.compartment, path: ['k'] }), task.operation)
}
const versionsOf = async ({ context, as }: KeyGround, vault: Vault): Promise<number> =>
  (await as(async call => findKey(context, call, { vault, name: 'k', version: 'current' })))?.key.value.versions.length ?? 0

describe('the scheduler', () => {
  test('has one task for keys: it takes the first of a family', () =>
    assert.deepEqual(
      keyTasks.map(task => task.family),
      ['keys'],
    ))

  test('finds a key when its time has come, rotates it once, and is armed anew', async () => {
    const ground = await keyed()
    const { set, clock, store, vault } = ground
    await set([rotateAfter('P10D')])
    assert.equal(await runTask(ground, vault), false)
    clock.advance(10 * dayMs)
    assert.equal((await store.due(clock.now(), 10)).length, 1)
    assert.equal(await runTask(ground, vault), true)
    assert.equal(await runTask(ground, vault), false)
    assert.equal(await versionsOf(ground, vault), 2)
    assert.equal((await store.due(clock.now(), 10)).length, 0)
    clock.advance(10 * dayMs)
    assert.equal(await runTask(ground, vault), true)
  })

  test('rotates before an expiry once the key has one', async () => {
    const ground = await keyed()
    const { set, update, clock, vault } = ground
    await set([rotateBefore('P30D')], 'P90D')
    clock.advance(100 * dayMs)
    assert.equal(await runTask(ground, vault), false, 'no expiry yet')
    await update({ expires: clock.now() + 31 * dayMs })
    assert.equal(await runTask(ground, vault), false)
    clock.advance(dayMs)
    assert.equal(await runTask(ground, vault), true)
  })

  test('leaves a disabled key alone until it is enabled', async () => {
    const ground = await keyed()
    const { set, update, clock, store, vault } = ground
    await set([rotateAfter('P10D')])
    await update({ enabled: false })
    clock.advance(11 * dayMs)
    assert.deepEqual(await store.due(clock.now(), 10), [])
    assert.equal(await runTask(ground, vault), false)
    await update({ enabled: true })
    assert.equal(await runTask(ground, vault), true)
  })

  test('purges a deleted key when its days are over, not before', async () => {
    const ground = await keyed()
    const { context, as, permit, named, clock, vault, store } = ground
    await as(async call => deleteKey(context, call, { ...named, permit: permit(call, 'key.delete', named) }))
    const id = context.keys.idOf(vault.compartment, ['k'])
    clock.advance(7 * dayMs - 1)
    assert.equal(await runTask(ground, vault), false)
    clock.advance(1)
    assert.equal((await store.due(clock.now(), 10)).length, 1)
    assert.equal(await runTask(ground, vault), true)
    assert.deepEqual([ground.rows().at(-1)?.['operation'], ground.rows().at(-1)?.['resourceId']], ['KeyPurge', `${vault.id}/keys/k`])
    assert.deepEqual([await store.materialOf(id), (await store.read([id]))[0]], [[], undefined])
    assert.equal(await runTask(ground, vault), false)
  })

  test('a rotated key is entered as the system, with its name', async () => {
    const ground = await keyed()
    await ground.set([rotateAfter('P10D')])
    ground.clock.advance(10 * dayMs)
    await runTask(ground, ground.vault)
    const row = ground.rows().at(-1)
    assert.equal(row?.['operation'], 'KeyRotateIfDue')
    assert.equal(row['resourceId'], `${ground.vault.id}/keys/k`)
    assert.deepEqual(row['actor'], { kind: 'system', oid: 'system' })
    assert.equal(currentVersion((await ground.rotate()).key).spec, 'P-384')
  })
})
