import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { testGround } from '#domain/testing.ts'
import { trailBuckets } from '#domain/trails/buckets.ts'
import { system } from '#model/principal.ts'
import { sign } from '#protocols/aws/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { s3Protocol } from '#protocols/awss3/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { cloudTrailProtocol } from './index.ts'

const [domain, region] = ['keystead.test', 'us-east-1']
const [accountId, other] = ['111122223333', '444455556666']
const carrier = { Service: 'cloudtrail.amazonaws.com' }
const trailArn = (account: string, name: string): string => `arn:aws:cloudtrail:${region}:${account}:trail/${name}`
const letsIn = (condition: object = {}, account = accountId) => ({
  Effect: 'Allow',
  Principal: carrier,
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::records/AWSLogs/${account}/*`,
  Condition: condition,
})
const policyOf = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements })

async function house() {
  const ground = await testGround({ domain })
  const { root } = await testAccount(ground, accountId)
  const { root: stranger } = await testAccount(ground, other)
  const pipelines = {
    cloudtrail: createPipeline(ground.context, cloudTrailProtocol(domain)),
    kms: createPipeline(ground.context, awsKmsProtocol(domain)),
    s3: createPipeline(ground.context, s3Protocol(domain)),
  }
  const targets = { cloudtrail: 'CloudTrail_20131101', kms: 'TrentService' }
  const call = async (
    service: 'cloudtrail' | 'kms',
    operation: string,
    { as = root, ...body }: { readonly as?: Credentials; readonly [member: string]: unknown } = {},
  ): Promise<Answered> =>
    ask(
      pipelines[service],
      sign({
        method: 'POST',
        url: `https://${service}.${region}.${domain}/`,
        credentials: as,
        service,
        region,
        at: ground.clock.now(),
        headers: { 'x-amz-target': `${targets[service]}.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(body),
      }),
    )
  const s3 = async (method: string, path: string, body?: string): Promise<Answered> =>
    ask(
      pipelines.s3,
      sign({
        method,
        url: `https://s3.${region}.${domain}${path}`,
        credentials: root,
        service: 's3',
        region,
        at: ground.clock.now(),
        payloadHash: 'UNSIGNED-PAYLOAD',
        headers: body === undefined ? {} : { 'content-length': Buffer.byteLength(body).toString() },
        ...(body !== undefined && { body }),
      }),
    )
  const create = async (Name: string, more: object = {}, as: Credentials = root): Promise<unknown> => {
    const { status, json } = await call('cloudtrail', 'CreateTrail', { Name, S3BucketName: 'records', ...more, as })
    return status === 200 ? 'made' : json['__type']
  }
  await s3('PUT', '/records')
  return { ground, stranger, call, s3, create, allow: async (...all: readonly object[]) => s3('PUT', '/records?policy=', policyOf(...all)) }
}

describe('the bucket of a trail', () => {
  test('lets the service in by its own policy: whoever may make trails writes nothing by them into what he has no right to', async () => {
    const { ground, create, allow } = await house()
    const making = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'cloudtrail:*', Resource: '*' }] }
    const maker = await testUser(ground, { accountId, name: 'maker', policy: making })
    assert.equal(await create('one', {}, maker), 'InsufficientS3BucketPolicyException')
    assert.equal(await create('one'), 'InsufficientS3BucketPolicyException', 'nor for the account’s root')
    await allow(letsIn())
    assert.equal(await create('one', { S3KeyPrefix: 'elsewhere' }, maker), 'InsufficientS3BucketPolicyException')
    assert.equal(await create('one', {}, maker), 'made')
  })

  test('can hold it to one trail, its account, and files that the bucket’s owner has', async () => {
    const { create, allow, stranger } = await house()
    await allow(
      letsIn({
        StringEquals: {
          'aws:SourceArn': trailArn(accountId, 'mine'),
          'aws:SourceAccount': accountId,
          's3:x-amz-acl': 'bucket-owner-full-control',
        },
      }),
    )
    assert.equal(await create('others'), 'InsufficientS3BucketPolicyException')
    assert.equal(await create('mine'), 'made')
    assert.equal(await create('mine', {}, stranger), 'InsufficientS3BucketPolicyException')
    await allow(letsIn(), letsIn({}, other))
    assert.equal(await create('theirs', {}, stranger), 'made', 'of another account, where the policy says so')
  })
})

describe('the key of a trail', () => {
  test('lets the service in by its own policy, for that trail, and encrypts what it writes', async () => {
    const { ground, call, s3, create, allow } = await house()
    await allow(letsIn())
    const key = objectIn((await call('kms', 'CreateKey')).json['KeyMetadata'])
    const [KeyId, keyArn] = [textIn(key['KeyId']), textIn(key['Arn'])]
    assert.equal(await create('kept', { KmsKeyId: KeyId }), 'InsufficientEncryptionPolicyException')
    const own = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' }
    const encrypts = (name: string) => ({
      Effect: 'Allow',
      Principal: carrier,
      Action: 'kms:GenerateDataKey*',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceArn': trailArn(accountId, name) },
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trailArn(accountId, '*') },
      },
    })
    await call('kms', 'PutKeyPolicy', { KeyId, Policy: policyOf(own, encrypts('other')) })
    assert.equal(await create('kept', { KmsKeyId: KeyId }), 'InsufficientEncryptionPolicyException')
    await call('kms', 'PutKeyPolicy', { KeyId, Policy: policyOf(own, encrypts('kept')) })
    assert.equal(await create('kept', { KmsKeyId: KeyId }), 'made')

    const [trail] = ground.context.trails.peek()
    assert.ok(trail)
    const object = `AWSLogs/${accountId}/CloudTrail/file`
    const file = { bucket: 'records', object, bytes: Buffer.from('{}'), contentType: 'application/json', metadata: {}, keyArn }
    await ground.run(system, async one => trailBuckets(ground.context, carrier.Service).put(one, file, trail.value), 'TrailCarry')
    const read = await s3('GET', `/records/${object}`)
    assert.deepEqual([read.status, read.text, read.headers['x-amz-server-side-encryption-aws-kms-key-id']], [200, '{}', keyArn])
    await s3('DELETE', '/records?policy=')
    await assert.rejects(
      ground.run(system, async one => trailBuckets(ground.context, carrier.Service).put(one, file, trail.value), 'TrailCarry'),
      /AccessDenied|not authorized/,
      'once the policy is gone nothing more is written',
    )
  })
})
