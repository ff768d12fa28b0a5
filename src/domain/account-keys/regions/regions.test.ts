import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewAccountKey } from '#domain/account-keys/create-account-key.ts'
import { disableAccountKey } from '#domain/account-keys/change-account-key.ts'
import { scheduleDeletion } from '#domain/account-keys/delete-account-key.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { stateOf } from '#domain/account-keys/key-states.ts'
import { ownedRegion } from '#domain/account-keys/permit-account-key.ts'
import { enableRotation, readRotation, rotateOnDemand } from '#domain/account-keys/rotate-account-key.ts'
import { accountGround, accountId, region, rootOf } from '#domain/account-keys/testing.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { encrypt } from '#domain/envelopes/encrypt.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { waitsForReplicas } from './related-keys.ts'
import { replicateKey, type NewReplica } from './replicate-key.ts'
import { replicaIn, updatePrimaryRegion } from './update-primary-region.ts'

const elsewhere = 'eu-west-1'
const third = 'ap-southeast-2'

async function grounded() {
  const ground = await accountGround()
  const { context, as } = ground
  const now = async ({ value }: HeldAccountKey, at = value.region): Promise<HeldAccountKey> =>
    (await as(async call => accountKeyById(context, call, { ...value, region: at }))) ?? assert.fail('the key is not there')
  const bound = new Map([['a', 'b']])
  const primary = async (more: Partial<NewAccountKey> = {}) => ground.addKey({ multiRegion: true, ...more })
  const replicate = async (held: HeldAccountKey, at = elsewhere, more: Partial<NewReplica> = {}) => {
    const key = await now(held)
    return as(async call =>
      replicateKey(context, call, {
        permit: await ground.permitOf(call, 'accountKey.replicate', key),
        making: context.access.permit(call, 'accountKey.create', ownedRegion({ accountId, region: at })),
        key,
        region: at,
        description: 'the replica',
        tags: [{ key: 'role', value: 'replica' }],
        shown: { description: 'the replica' },
        ...more,
      }),
    )
  }
  return {
    ...ground,
    now,
    primary,
    replicate,
    move: async (held: HeldAccountKey, to: string) => {
      const key = await now(held)
      return as(async call => {
        const replica = await replicaIn(context, call, { key, region: to })
        return updatePrimaryRegion(context, call, {
          permit: await ground.permitOf(call, 'accountKey.updatePrimaryRegion', key),
          key,
          permitThere: await ground.permitOf(call, 'accountKey.updatePrimaryRegion', replica),
          replica,
        })
      })
    },
    seal: async ({ value }: HeldAccountKey, at: string) =>
      as(async call => {
        const asked = { algorithm: 'SYMMETRIC_DEFAULT', bound, plaintext: Buffer.from('across') } as const
        return (await encrypt(context, call, { ...asked, key: { id: value.id, region: at } })).blob
      }),
    open: async (blob: Uint8Array, at: string) =>
      as(async call => {
        const opened = await decrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound, region: at, blob })
        return { arn: opened.arn, text: Buffer.from(opened.plaintext.bytes).toString() }
      }),
    turn: async (key: HeldAccountKey) =>
      as(async call => rotateOnDemand(context, call, { permit: await ground.permitOf(call, 'accountKey.rotate', key), key })),
  }
}

describe('a replica', () => {
  test('has the key’s id, kind and material, and policy, tags and description of its own', async () => {
    const { primary, replicate, now, store } = await grounded()
    const key = await primary({ description: 'the primary', tags: [{ key: 'own', value: '1' }] })
    const { value, id } = await replicate(key)
    const before = key.value
    assert.deepEqual(
      [value.id, value.spec, value.usage, value.origin, value.manager],
      [before.id, before.spec, before.usage, 'generated', 'account'],
    )
    assert.deepEqual([value.region, value.description, value.tags], [elsewhere, 'the replica', [{ key: 'role', value: 'replica' }]])
    assert.deepEqual(value.materials, before.materials)
    const regions = { primary: region, replicas: [elsewhere] }
    assert.deepEqual([value.multiRegion, (await now(key)).value.multiRegion], [regions, regions])
    assert.deepEqual([(await now(key)).value.description, (await now(key)).value.tags], ['the primary', [{ key: 'own', value: '1' }]])
    const [[own], [theirs]] = [await store.materialOf(key.id), await store.materialOf(id)]
    assert(own !== undefined && theirs !== undefined)
    assert.equal(own.version, theirs.version)
    assert.notEqual(Buffer.from(own.material.bytes).toString('hex'), Buffer.from(theirs.material.bytes).toString('hex'))
  })

  test('opens what the key sealed in any of its Regions, as itself; states are each Region’s own', async () => {
    const { primary, replicate, seal, open, context, as, permitOf } = await grounded()
    const key = await primary()
    const replica = await replicate(key)
    const blob = await seal(key, region)
    assert.deepEqual(await open(blob, elsewhere), { arn: `arn:aws:kms:${elsewhere}:${accountId}:key/${key.value.id}`, text: 'across' })
    assert.equal((await open(await seal(key, elsewhere), region)).text, 'across')
    await as(async call => disableAccountKey(context, call, { permit: await permitOf(call, 'accountKey.disable', replica), key: replica }))
    await assert.rejects(open(blob, elsewhere), refusedWith('AccountKeyDisabled'))
    assert.equal((await open(blob, region)).text, 'across')
    await assert.rejects(open(blob, third), refusedWith('AccountKeyHidden'))
  })

  test('is made once a Region, of a primary, and of a key that may have one', async () => {
    const { primary, replicate, addKey } = await grounded()
    const key = await primary()
    const replica = await replicate(key)
    for (const at of [elsewhere, region]) await assert.rejects(replicate(key, at), refusedWith('ReplicaExists'))
    await assert.rejects(replicate(replica, third), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(replicate(await addKey()), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(replicate(key, third, { tags: [{ key: 'aws:x', value: '' }] }), refusedWith('TagsInvalid'))
    await replicate(key, third)
  })

  test('turns with its primary, with all that was before', async () => {
    const { primary, replicate, now, seal, open, turn } = await grounded()
    const key = await primary()
    const old = await seal(key, region)
    await turn(await now(key))
    await replicate(key)
    await turn(await now(key))
    assert.equal((await now(key, elsewhere)).value.materials.length, 3)
    for (const blob of [old, await seal(key, region)]) assert.equal((await open(blob, elsewhere)).text, 'across')
    await assert.rejects(turn(await now(key, elsewhere)), refusedWith('KeyOperationUnsupported'))
  })

  test('waits for imported material as the same bytes, and so does what is to come', async () => {
    const { primary, replicate, now, clock, context, as } = await grounded()
    const key = await primary({ origin: 'imported' })
    const materials = [{ id: 'a'.repeat(64), state: 'current', module: 'software', createdAt: 1, imported: { present: true } }] as const
    await as(async call => context.accountKeys.update(call, key, { ...key.value, materials: [...materials] }))
    const replica = await replicate(key)
    assert.deepEqual(replica.value.materials, [{ ...materials[0], imported: { present: false } }])
    assert.equal(stateOf(replica.value, clock.now()), 'pendingImport')
    assert.equal(await as(async call => waitsForReplicas(context, call, await now(key))), false)
  })
})

describe('the primary of a key', () => {
  test('moves to a replica, with the schedule and the count of its rotations', async () => {
    const ground = await grounded()
    const { primary, replicate, now, move, seal, open, turn, context, as, permitOf } = ground
    const key = await primary()
    await replicate(key)
    await replicate(key, third)
    await turn(await now(key))
    const enable = async (held: HeldAccountKey) =>
      as(async call =>
        enableRotation(context, call, { permit: await permitOf(call, 'accountKey.enableRotation', held), key: held, periodDays: 100 }),
      )
    await enable(await now(key))
    const blob = await seal(key, region)
    await move(key, elsewhere)
    const regions = { primary: elsewhere, replicas: [third, region] }
    for (const at of [region, elsewhere, third]) assert.deepEqual((await now(key, at)).value.multiRegion, regions)
    const [former, latter] = [(await now(key)).value, (await now(key, elsewhere)).value]
    assert.deepEqual([former.rotation, former.dueAt, former.onDemandRotations], [undefined, undefined, 0])
    assert.deepEqual([latter.rotation?.periodDays, latter.onDemandRotations], [100, 1])
    for (const at of [region, elsewhere, third]) {
      const held = await now(key, at)
      const status = await as(async call =>
        readRotation(context, call, { permit: await permitOf(call, 'accountKey.readRotation', held), key: held }),
      )
      assert.equal(status?.periodDays, 100)
      assert.equal((await open(blob, at)).text, 'across')
    }
    await assert.rejects(enable(await now(key)), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(replicate(key, 'us-west-2'), refusedWith('KeyOperationUnsupported'))
    await turn(await now(key, elsewhere))
    assert.equal((await now(key)).value.materials.length, 3)
  })

  test('moves only where a replica is, and only from the primary', async () => {
    const { primary, replicate, now, move, addKey } = await grounded()
    const key = await primary()
    await replicate(key)
    await assert.rejects(move(key, third), refusedWith('AccountKeyNotFound'))
    await assert.rejects(move(key, region), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(move(await now(key, elsewhere), region), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(move(await addKey(), elsewhere), refusedWith('KeyOperationUnsupported'))
  })

  test('waits for its replicas before it goes', async () => {
    const { primary, replicate, now, context, as, permitOf, clock } = await grounded()
    const key = await primary()
    await replicate(key)
    const held = await now(key)
    await as(async call =>
      scheduleDeletion(context, call, { permit: await permitOf(call, 'accountKey.scheduleDeletion', held), key: held, windowDays: 7 }),
    )
    assert.equal(stateOf((await now(key)).value, clock.now()), 'pendingReplicaDeletion')
    await assert.rejects(replicate(key, third), refusedWith('AccountKeyStateInvalid'))
    assert.equal(stateOf((await now(key, elsewhere)).value, clock.now()), 'enabled')
  })
})

test('a key of another account of the same id is another key', async () => {
  const { primary, replicate, open, seal, as, context } = await grounded()
  const key = await primary()
  await replicate(key)
  const blob = await seal(key, region)
  const stranger = rootOf('444455556666')
  assert.equal(await as(async call => accountKeyById(context, call, { ...key.value, accountId: '444455556666' }), stranger), undefined)
  assert.equal((await open(blob, elsewhere)).text, 'across')
})
