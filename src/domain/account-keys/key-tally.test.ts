import assert from 'node:assert/strict'
import { test } from 'node:test'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import type { Context } from '#domain/context.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { createAccountKey } from './create-account-key.ts'
import { destroyAccountKey } from './destroy-account-key.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { ownedRegion } from './permit-account-key.ts'
import { accountGround, accountId, region } from './testing.ts'

const place = { accountId, region }

async function grounded() {
  const ground = await accountGround()
  const { as } = ground
  const on: Context = { ...ground.context, instance: { ...ground.context.instance, throttle: true } }
  const make = async (context: Context): Promise<HeldAccountKey> =>
    as(async call =>
      createAccountKey(context, call, {
        ...place,
        permit: context.access.permit(call, 'accountKey.create', ownedRegion(place)),
        spec: 'SYMMETRIC_DEFAULT',
        usage: 'ENCRYPT_DECRYPT',
        origin: 'generated',
        description: '',
        bypassLockout: true,
        tags: [],
        multiRegion: false,
      }),
    )
  const tally = async () =>
    as(async call => {
      const compartment = await regionCompartment(on, call, place)
      return compartment && on.keyTallies.get(call, compartment, [])
    })
  const write = async (keys: number) => {
    const held = (await tally()) ?? assert.fail('no tally')
    await as(async call => Promise.resolve(on.keyTallies.update(call, held, { keys })))
  }
  const destroy = async (key: HeldAccountKey) =>
    as(async call => destroyAccountKey(on, call, { permit: await ground.permitOf(call, 'accountKey.destroy', key), key }))
  return { off: ground.context, on, make, destroy, write, keys: async () => (await tally())?.value.keys }
}

test('an account has so many keys in a Region and no more: counted with each that is made or gone, and read from none of the others', async () => {
  const { on, make, destroy, write, keys } = await grounded()
  const first = await make(on)
  assert.equal(await keys(), 1)
  await write(99_999)
  await make(on)
  await assert.rejects(make(on), refusedWith('LimitExceeded'))
  assert.equal(await keys(), 100_000)
  await destroy(first)
  assert.equal(await keys(), 99_999)
  await make(on)
})

test('keys that were made while no quotas were in force count from the next one on', async () => {
  const { off, on, make, keys } = await grounded()
  for (let made = 0; made < 3; made += 1) await make(off)
  assert.equal(await keys(), undefined)
  await make(on)
  assert.equal(await keys(), 4)
  await make(off)
  assert.equal(await keys(), undefined)
  await make(on)
  assert.equal(await keys(), 6)
})
