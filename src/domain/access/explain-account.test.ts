import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { accountGround, accountId, region } from '#domain/account-keys/testing.ts'
import { testUser } from '#domain/accounts/testing.ts'
import { explainAccount } from './explain-account.ts'

const allow = (action: string, more: object = {}) => ({ Effect: 'Allow', Action: action, Resource: '*', ...more })
const document = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })
const to = (name: string) => ({ Principal: { AWS: `arn:aws:iam::${accountId}:${name}` } })
const user = (name: string): string => `arn:aws:iam::${accountId}:user/${name}`

async function withKey(...statements: readonly object[]) {
  const ground = await accountGround()
  const { context } = ground
  await testUser(ground, {
    accountId,
    name: 'able',
    policy: document(allow('kms:Encrypt'), allow('kms:Sign', { Condition: { StringEquals: { 'kms:RequestAlias': 'alias/a' } } })),
  })
  await testUser(ground, { accountId, name: 'none' })
  const policy = JSON.stringify(document(allow('kms:*', { Sid: 'Account', ...to('root') }), ...statements))
  const { value } = await ground.addKey({ policy })
  const arn = `arn:aws:kms:${region}:${accountId}:key/${value.id}`
  const explained = async (principal: string, action?: string, scope = arn) =>
    ground.run(system, async call => explainAccount(context, call, { tenantId: '', principal, action, scope }))
  return { arn, explained }
}

describe('an explanation for somebody in an account', () => {
  test('names the statements that allow it, and the documents in which they stand', async () => {
    const { explained, arn } = await withKey()
    const { allow: allowed, because, decided } = await explained(user('able'), 'kms:Encrypt')
    assert.equal(allowed, true)
    assert.equal(because, `Allowed by statement Account of key policy of ${arn} and statement 1 of policy inline of user able.`)
    assert.deepEqual(
      decided.map(({ kind, statement }) => [kind, statement]),
      [
        ['resource', 'Account'],
        ['identity', '1'],
      ],
    )
    const root = await explained(`arn:aws:iam::${accountId}:root`, 'ListKeys', '*')
    assert.match(root.because, /root of an account/)
  })

  test('says that nothing of its own allows it, and with which command it would', async () => {
    const { explained, arn } = await withKey()
    const refused = await explained(user('none'), 'encrypt')
    assert.equal(refused.allow, false)
    assert.equal(refused.because, `No policy of ${user('none')} allows kms:Encrypt here.`)
    assert.deepEqual(refused.grant?.slice(0, 7), [
      'aws',
      'iam',
      'put-user-policy',
      '--user-name',
      'none',
      '--policy-name',
      'allow-kms-Encrypt',
    ])
    assert.deepEqual(refused.add?.statement, { Effect: 'Allow', Action: 'kms:Encrypt', Resource: arn })
  })

  test('names the statement that would, but for its conditions', async () => {
    const { explained } = await withKey()
    const { because, documents } = await explained(user('able'), 'kms:Sign')
    assert.match(because, /Statement 2 of policy inline of user able names it, but its resource or its conditions do not fit/)
    assert.deepEqual(
      documents.map(({ statement, counts }) => [statement, counts]),
      [
        ['Account', 'yes'],
        ['2', 'elsewhere'],
      ],
    )
  })

  test('names the statement that forbids it, and offers nothing', async () => {
    const { explained, arn } = await withKey({ ...allow('kms:Encrypt', { Sid: 'No', ...to('user/able') }), Effect: 'Deny' })
    const { because, grant, add, decided } = await explained(user('able'), 'kms:Encrypt')
    assert.equal(because, `Statement No of key policy of ${arn} forbids it, whatever else says.`)
    assert.deepEqual([grant, add], [undefined, undefined])
    assert.deepEqual(decided, [{ kind: 'resource', document: `key policy of ${arn}`, statement: 'No' }])
    assert.equal((await explained(user('none'), 'kms:Encrypt')).documents.find(({ statement }) => statement === 'No')?.counts, 'others')
  })

  test('lists what it may do where nothing is asked, and knows nobody who is not there', async () => {
    const { explained } = await withKey()
    assert.deepEqual((await explained(user('able'))).allowed, ['kms:Encrypt'])
    assert.deepEqual((await explained(user('none'))).allowed, [])
    await assert.rejects(
      explained(user('gone'), 'kms:Encrypt'),
      (error: unknown) => error instanceof Problem && error.body.code === 'EntityNotFound',
    )
    await assert.rejects(
      explained(user('able'), 'kms:Nothing'),
      (error: unknown) => error instanceof Problem && error.body.code === 'InvalidParameter',
    )
  })
})
