import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { specOfPublicKey } from '#crypto/public-key.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { usageFor } from './create-account-key.ts'
import { listAccountKeys } from './list-account-keys.ts'
import { materialPlace } from './make-material.ts'
import { assertPermitsKey, ownedRegion } from './permit-account-key.ts'
import { accountGround, accountId, region } from './testing.ts'

describe('createAccountKey', async () => {
  const ground = await accountGround()
  const { context, as } = ground

  test('makes a key whose material is kept, and whose id is a UUID', async () => {
    const { id, value } = await ground.addKey()
    assert.match(value.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const [material] = value.materials
    assert.match(material?.id ?? '', /^[0-9a-f]{64}$/)
    assert.notEqual(await ground.store.material(materialPlace(id, material?.id ?? '')), undefined)
  })

  test('names a key that may stand in several Regions by hexadecimal digits alone', async () => {
    const { value } = await ground.addKey({ multiRegion: true })
    assert.match(value.id, /^mrk-[0-9a-f]{32}$/)
    assert.deepEqual(value.multiRegion, { primary: region, replicas: [] })
  })

  test('keeps the public half of a pair in sight', async () => {
    const { value } = await ground.addKey({ spec: 'ECC_NIST_P384', usage: 'SIGN_VERIFY' })
    assert.equal(specOfPublicKey(Buffer.from(value.materials[0]?.publicKey ?? '', 'base64')), 'P-384')
  })

  test('leaves a key without material that is to be imported', async () => {
    assert.deepEqual((await ground.addKey({ origin: 'imported' })).value.materials, [])
  })

  for (const [what, tags] of [
    ['more than fifty tags', Array.from({ length: 51 }, (_, place) => ({ key: `k${place}`, value: '' }))],
    [
      'a tag twice',
      [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    ],
    ['a reserved tag', [{ key: 'aws:x', value: 'y' }]],
  ] as const)
    test(`refuses ${what}`, async () => assert.rejects(ground.addKey({ tags: [...tags] }), refusedWith('TagsInvalid')))

  test('asks for the usage of everything but a symmetric key, and for one that fits', () => {
    assert.equal(usageFor('SYMMETRIC_DEFAULT', undefined), 'ENCRYPT_DECRYPT')
    assert.equal(usageFor('RSA_2048', 'SIGN_VERIFY'), 'SIGN_VERIFY')
    assert.throws(() => usageFor('RSA_2048', undefined), refusedWith('ValidationFailed'))
    assert.throws(() => usageFor('ECC_SECG_P256K1', 'KEY_AGREEMENT'), refusedWith('ValidationFailed'))
  })

  test('takes no permit of another Region or key', async () => {
    const [one, another] = [await ground.addKey(), await ground.addKey()]
    await as(async call => {
      const permit = await ground.permitOf(call, 'accountKey.describe', one)
      assertPermitsKey(permit, one)
      assert.throws(() => assertPermitsKey(permit, another))
      const elsewhere = context.access.permit(call, 'accountKey.list', ownedRegion({ accountId, region: 'eu-west-1' }))
      await assert.rejects(listAccountKeys(context, call, { permit: elsewhere, accountId, region, after: 0, limit: 1 }))
    })
  })
})

describe('listAccountKeys', () => {
  test('shows every key of the Region once, in pages, in the order of making', async () => {
    const ground = await accountGround()
    const { context } = ground
    const made: string[] = []
    for (let n = 0; n < 5; n += 1) made.push((await ground.addKey()).value.id)
    await ground.addKey({ region: 'eu-west-1' })
    await ground.addKey({ accountId: '444455556666' })
    const page = async (after: number) =>
      ground.as(async call => {
        const permit = context.access.permit(call, 'accountKey.list', ownedRegion({ accountId, region }))
        return listAccountKeys(context, call, { permit, accountId, region, after, limit: 2 })
      })
    const seen: string[] = []
    let next: number | undefined = 0
    while (next !== undefined) {
      const listed = await page(next)
      assert(listed.items.length <= 2)
      seen.push(...listed.items.map(({ id }) => id))
      next = listed.next
    }
    assert.deepEqual(seen, made)
  })
})
