import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createThrottle } from '#domain/account-keys/throttle.ts'
import { testAccount, type TestAccount } from '#domain/accounts/testing.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { awsKmsProtocol } from './index.ts'
import { rateOf } from './rates.ts'

const domain = 'keystead.test'
const region = 'us-east-1'

interface Door {
  readonly ground: TestGround
  readonly pipeline: Pipeline
  readonly accounts: readonly TestAccount[]
}

async function door(throttle: boolean): Promise<Door> {
  const ground = await testGround({ throttle })
  const accounts = [await testAccount(ground, '111122223333'), await testAccount(ground, '444455556666')]
  return { ground, pipeline: createPipeline(ground.context, awsKmsProtocol(domain)), accounts }
}

const send = async (
  { ground, pipeline }: Door,
  { root }: TestAccount,
  { operation, at = region }: { readonly operation: string; readonly at?: string },
) =>
  ask(
    pipeline,
    sign({
      credentials: root,
      url: `https://kms.${at}.${domain}/`,
      service: 'kms',
      region: at,
      at: ground.clock.now(),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
      body: '{}',
    }),
  )

describe('an account calls the key service only so often', () => {
  let throttled: Door
  before(async () => {
    throttled = await door(true)
  })

  test('and is told so in the words of the service, by operation, account and Region', async () => {
    const [one, other] = throttled.accounts
    assert(one !== undefined && other !== undefined)
    for (let n = 0; n < 5; n += 1) assert.equal((await send(throttled, one, { operation: 'CreateKey' })).status, 200)
    const refused = await send(throttled, one, { operation: 'CreateKey' })
    assert.deepEqual(
      [refused.status, refused.json['__type'], refused.json['message']],
      [400, 'ThrottlingException', 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'],
    )
    assert.equal((await send(throttled, one, { operation: 'ListKeys' })).status, 200)
    assert.equal((await send(throttled, other, { operation: 'CreateKey' })).status, 200)
    assert.equal((await send(throttled, one, { operation: 'CreateKey', at: 'eu-west-1' })).status, 200)
    throttled.ground.clock.advance(1_000)
    assert.equal((await send(throttled, one, { operation: 'CreateKey' })).status, 200)
  })

  test('and as it likes where quotas are not in force', async () => {
    const free = await door(false)
    const [one] = free.accounts
    assert(one !== undefined)
    for (let n = 0; n < 8; n += 1) assert.equal((await send(free, one, { operation: 'CreateKey' })).status, 200)
  })
})

describe('a rate', () => {
  const none = () => ({})
  test('is shared by all cryptography with symmetric keys, and by each kind of pair', () => {
    const of = (operation: string, members = {}) => rateOf(operation, () => members)?.of
    assert.deepEqual(
      ['Encrypt', 'Decrypt', 'ReEncrypt', 'GenerateDataKey', 'GenerateRandom', 'GenerateMac', 'VerifyMac'].map(name => of(name)),
      Array.from({ length: 7 }, () => 'symmetric'),
    )
    assert.equal(of('Decrypt', { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }), 'rsa')
    assert.equal(of('Sign', { SigningAlgorithm: 'RSASSA_PSS_SHA_256' }), 'rsa')
    assert.equal(of('Verify', { SigningAlgorithm: 'ECDSA_SHA_256' }), 'curves')
    assert.equal(of('Sign', { SigningAlgorithm: 'ED25519_SHA_512' }), 'curves')
    assert.equal(of('Sign', { SigningAlgorithm: 'ML_DSA_SHAKE_256' }), 'lattices')
    assert.notEqual(of('GenerateDataKeyPair', { KeyPairSpec: 'RSA_2048' }), of('GenerateDataKeyPair', { KeyPairSpec: 'RSA_4096' }))
    assert.equal(rateOf('constructor', none), undefined)
  })

  test('below one a second is one in so many', () => {
    const throttle = createThrottle()
    const rate = rateOf('GetParametersForImport', none) ?? assert.fail('a rate')
    const by = '111122223333 us-east-1'
    throttle.count(rate, { by, nowMs: 0 })
    assert.throws(() => throttle.count(rate, { by, nowMs: 3_999 }), refusedWith('Throttled'))
    throttle.count(rate, { by, nowMs: 4_000 })
  })
})
