import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusedWith } from '#domain/keys/testing.ts'
import { describeAnew, disableAccountKey, enableAccountKey, tagAccountKey, untagAccountKey } from './change-account-key.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { accountKeyById } from './find-account-key.ts'
import { stateOf } from './key-states.ts'
import { accountGround } from './testing.ts'

describe('a key of an account changes', async () => {
  const ground = await accountGround()
  const { context, as } = ground
  const now = async ({ value }: HeldAccountKey): Promise<HeldAccountKey> =>
    (await as(async call => accountKeyById(context, call, value))) ?? assert.fail('the key is gone')

  test('from enabled to disabled and back', async () => {
    const key = await ground.addKey()
    await as(async call => disableAccountKey(context, call, { permit: await ground.permitOf(call, 'accountKey.disable', key), key }))
    const disabled = await now(key)
    assert.equal(stateOf(disabled.value, ground.clock.now()), 'disabled')
    await as(async call =>
      enableAccountKey(context, call, { permit: await ground.permitOf(call, 'accountKey.enable', disabled), key: disabled }),
    )
    assert.equal(stateOf((await now(key)).value, ground.clock.now()), 'enabled')
  })

  test('not while its first material is awaited', async () => {
    const key = await ground.addKey({ origin: 'imported' })
    await assert.rejects(
      as(async call => disableAccountKey(context, call, { permit: await ground.permitOf(call, 'accountKey.disable', key), key })),
      refusedWith('AccountKeyStateInvalid'),
    )
  })

  test('in its description alone', async () => {
    const key = await ground.addKey({ description: 'before' })
    await as(async call =>
      describeAnew(context, call, {
        permit: await ground.permitOf(call, 'accountKey.updateDescription', key),
        key,
        description: 'Schlüssel',
      }),
    )
    assert.deepEqual((await now(key)).value, { ...key.value, description: 'Schlüssel' })
  })

  test('in its tags: given over those of the same key, case counting, and taken away', async () => {
    const made = await ground.addKey({ tags: [{ key: 'env', value: 'dev' }] })
    await as(async call =>
      tagAccountKey(context, call, {
        permit: await ground.permitOf(call, 'accountKey.tag', made),
        key: made,
        tags: [
          { key: 'env', value: 'prod' },
          { key: 'Env', value: 'ü' },
        ],
      }),
    )
    const tagged = await now(made)
    assert.deepEqual(tagged.value.tags, [
      { key: 'env', value: 'prod' },
      { key: 'Env', value: 'ü' },
    ])
    await as(async call =>
      untagAccountKey(context, call, {
        permit: await ground.permitOf(call, 'accountKey.untag', tagged),
        key: tagged,
        tagKeys: ['env', 'never-set'],
      }),
    )
    assert.deepEqual((await now(made)).value.tags, [{ key: 'Env', value: 'ü' }])
  })

  test('never to more than fifty tags in all', async () => {
    const key = await ground.addKey({ tags: Array.from({ length: 50 }, (_, place) => ({ key: `k${place}`, value: '' })) })
    const tag = async (name: string) =>
      as(async call =>
        tagAccountKey(context, call, {
          permit: await ground.permitOf(call, 'accountKey.tag', key),
          key,
          tags: [{ key: name, value: 'x' }],
        }),
      )
    await assert.rejects(tag('one-more'), refusedWith('TagsInvalid'))
    await tag('k0')
    assert.equal((await now(key)).value.tags.length, 50)
  })
})
