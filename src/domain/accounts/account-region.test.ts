import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testGround } from '#domain/testing.ts'
import { system } from '#model/principal.ts'
import { regionCompartment, regionForWriting } from './account-region.ts'

test('what an account has in a Region stands in a compartment of its own, made when it is first written', async () => {
  const ground = await testGround()
  const { context } = ground
  const place = { accountId: '111122223333', region: 'us-east-1' }
  const found = async (where: typeof place) => ground.run(system, async call => regionCompartment(context, call, where))
  assert.equal(await found(place), undefined)
  const made = await ground.run(system, async call => regionForWriting(context, call, place))
  assert.equal(await ground.run(system, async call => regionForWriting(context, call, place)), made)
  assert.equal(await found(place), made)
  const elsewhere = await ground.run(system, async call => regionForWriting(context, call, { ...place, region: 'eu-west-1' }))
  assert.notEqual(elsewhere, made)
})
