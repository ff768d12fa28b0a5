import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ProblemCode } from '#model/problem.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { findAccountKey, type KeyNamed } from './find-account-key.ts'
import { aliasArn, keyArn } from './key-arn.ts'
import { managedKey } from './managed-keys.ts'
import { accountGround, accountId, otherAccountId, region, rootOf } from './testing.ts'

describe('findAccountKey', async () => {
  const ground = await accountGround()
  const { context, as } = ground
  const key = await ground.addKey()
  await as(async call => {
    const value = { name: 'alias/mine', keyId: key.value.id, createdAt: call.at, updatedAt: call.at }
    context.keyAliases.create(call, key.compartment, { path: ['alias/mine'], value })
  })
  const named = (id: string, more: Partial<KeyNamed> = {}): KeyNamed => ({
    id,
    region,
    accepts: 'any',
    permission: 'accountKey.describe',
    ...more,
  })
  const find = async (what: KeyNamed, who = ground.root) => as(async call => findAccountKey(context, call, what), who)
  const arn = keyArn(key.value)
  const place = { accountId, region }

  for (const [what, id] of [
    ['its id', key.value.id],
    ['its id in capitals', key.value.id.toUpperCase()],
    ['its ARN', arn],
    ['its alias', 'alias/mine'],
    ["its alias' ARN", aliasArn({ ...place, name: 'alias/mine' })],
  ] as const)
    test(`finds a key by ${what}`, async () => assert.equal((await find(named(id))).key.value.id, key.value.id))

  test('tells by which alias it was asked for', async () => {
    assert.equal((await find(named('alias/mine'))).alias, 'alias/mine')
    assert.equal((await find(named(arn))).alias, undefined)
  })

  const absent = '00000000-1111-4222-8333-444444444444'
  const refusals: readonly (readonly [what: string, id: string, code: ProblemCode, message: string, more?: Partial<KeyNamed>])[] = [
    ['an id that is none', 'not-a-key-id', 'AccountKeyNotFound', "Invalid keyId 'not-a-key-id'"],
    ['an id of nothing', absent, 'AccountKeyNotFound', `Key 'arn:aws:kms:us-east-1:111122223333:key/${absent}' does not exist`],
    ['an alias of nothing', 'alias/nobody', 'AliasNotFound', 'arn:aws:kms:us-east-1:111122223333:alias/nobody'],
    ['an ARN of another Region', arn.replace(region, 'eu-west-1'), 'AccountKeyNotFound', 'Invalid arn eu-west-1'],
    ['an ARN of another service', 'arn:aws:s3:::bucket', 'ArnInvalid', 'Invalid arn arn:aws:s3:::bucket'],
    ['an alias where keys alone do', 'alias/mine', 'AccountKeyNotFound', "Invalid keyId 'alias/mine'", { accepts: 'key' }],
    [
      "an alias' ARN where keys alone do",
      aliasArn({ ...place, name: 'alias/mine' }),
      'AccountKeyNotFound',
      "Invalid keyId 'arn:aws:kms:us-east-1:111122223333:alias/mine'",
      { accepts: 'key' },
    ],
  ]
  for (const [what, id, code, said, more] of refusals)
    test(`refuses ${what}`, async () => {
      const details = code === 'AliasNotFound' ? { arn: said } : { message: said }
      await assert.rejects(find(named(id, more)), refusedWith(code, details))
    })

  test('shows nobody of another account whether a key is there', async () => {
    const stranger = rootOf(otherAccountId)
    // Found, to be judged by its policy; what is not there reads like what may not be seen.
    assert.equal((await find(named(arn), stranger)).key.value.id, key.value.id)
    for (const hidden of [arn.replace(key.value.id, absent), aliasArn({ ...place, name: 'alias/nobody' })])
      await assert.rejects(find(named(hidden), stranger), refusedWith('AccountKeyHidden'))
    await assert.rejects(find(named(key.value.id), stranger), refusedWith('AccountKeyNotFound'))
    await assert.rejects(find(named('alias/mine'), stranger), refusedWith('AliasNotFound'))
  })

  test('lets what is for the own account alone reach no other, there or not', async () => {
    for (const id of [arn, arn.replace(key.value.id, absent)])
      await assert.rejects(find(named(id, { permission: 'accountKey.disable' }), rootOf(otherAccountId)), refusedWith('AccountKeyHidden'))
  })

  test("makes a service's key when it is first looked at, once", async () => {
    const look = async () => as(async call => managedKey(context, call, { ...place, alias: 'alias/aws/s3' }))
    const first = await look()
    assert.equal(first?.value.manager, 'service')
    assert.equal((await look())?.id, first.id)
    assert.equal((await find(named('alias/aws/s3'))).key.id, first.id)
    assert.equal(await as(async call => managedKey(context, call, { ...place, alias: 'alias/aws/nothing' })), undefined)
  })
})
