import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { parsePolicy } from '#domain/access/policy-documents/parse.ts'
import { isPublicPolicy } from '#domain/objects/public-policy.ts'
import { testGround } from '#domain/testing.ts'
import { operator } from '#model/principal.ts'
import { sign } from '#protocols/aws/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'

const region = 'us-east-1'
const accountId = '111122223333'
const host = `s3.${region}.keystead.test`

interface Sent {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: Credentials
  readonly payloadHash?: string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function house() {
  const ground = await testGround()
  const { root } = await testAccount(ground, accountId)
  const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
  const keys = createPipeline(ground.context, awsKmsProtocol('keystead.test'))
  const shared = { region, at: ground.clock.now() }
  const send = async (path: string, { method = 'GET', body, headers, as = root, payloadHash }: Sent = {}): Promise<Answered> =>
    ask(
      pipeline,
      sign({
        ...shared,
        method,
        url: `https://${host}${path}`,
        credentials: as,
        service: 's3',
        payloadHash: payloadHash ?? sha256(body ?? ''),
        headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body).toString() }) },
        ...(body !== undefined && { body }),
      }),
    )
  const kms = async (operation: string, body: object): Promise<Answered> =>
    ask(
      keys,
      sign({
        ...shared,
        method: 'POST',
        url: `https://kms.${region}.keystead.test/`,
        credentials: root,
        service: 'kms',
        headers: { 'x-amz-target': `TrentService.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(body),
      }),
    )
  const user = async (name: string, ...statements: readonly object[]): Promise<Credentials & { readonly userId: string }> =>
    testUser(ground, { accountId, name, policy: { Version: '2012-10-17', Statement: statements } })
  const unsigned = async (path: string): Promise<Answered> => ask(pipeline, { url: `https://${host}${path}` })
  assert.equal((await send('/bucket', { method: 'PUT' })).status, 200)
  return { ground, send, kms, user, unsigned }
}

const codeIn = ({ text }: Answered): string => /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? ''
const may = (action: string | readonly string[], condition?: object): object => ({
  Effect: 'Allow',
  Action: action,
  Resource: '*',
  ...(condition !== undefined && { Condition: condition }),
})
const tagging = (key: string, value: string): string =>
  `<Tagging><TagSet><Tag><Key>${key}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`

describe('tags of an object', () => {
  test('are given with it only by who may give tags', async () => {
    const { send, user } = await house()
    const writer = await user('writer', may('s3:PutObject'))
    const tags = { 'x-amz-tagging': 'class=open' }
    assert.equal((await send('/bucket/o', { method: 'PUT', body: 'x', as: writer })).status, 200)
    assert.equal(codeIn(await send('/bucket/o', { method: 'PUT', body: 'x', headers: tags, as: writer })), 'AccessDenied')
    assert.equal(codeIn(await send('/bucket/o?uploads=', { method: 'POST', headers: tags, as: writer })), 'AccessDenied')
    const tagger = await user('tagger', may(['s3:PutObject', 's3:PutObjectTagging']))
    assert.equal((await send('/bucket/o', { method: 'PUT', body: 'x', headers: tags, as: tagger })).status, 200)
  })

  test('go along with a copy only for who may read and give them', async () => {
    const { send, user } = await house()
    await send('/bucket/o', { method: 'PUT', body: 'x', headers: { 'x-amz-tagging': 'class=secret' } })
    const copied = async (name: string, ...actions: readonly string[]) =>
      send('/bucket/copy', {
        method: 'PUT',
        headers: { 'x-amz-copy-source': '/bucket/o' },
        as: await user(name, may(['s3:GetObject', 's3:PutObject', ...actions])),
      })
    assert.equal(codeIn(await copied('neither')), 'AccessDenied')
    assert.equal(codeIn(await copied('reading', 's3:GetObjectTagging')), 'AccessDenied')
    assert.equal(codeIn(await copied('giving', 's3:PutObjectTagging')), 'AccessDenied')
    assert.equal((await copied('both', 's3:GetObjectTagging', 's3:PutObjectTagging')).status, 200)
  })

  test('are judged by what they will be: a header beside the document says nothing', async () => {
    const { send, user } = await house()
    await send('/bucket/o', { method: 'PUT', body: 'x' })
    const as = await user('open', may('s3:PutObjectTagging', { StringEquals: { 's3:RequestObjectTag/class': 'open' } }))
    const retag = async (value: string) =>
      send('/bucket/o?tagging=', { method: 'PUT', body: tagging('class', value), headers: { 'x-amz-tagging': 'class=open' }, as })
    assert.equal(codeIn(await retag('secret')), 'AccessDenied')
    assert.equal((await retag('open')).status, 200)
  })
})

test('trailers that do not end are refused before they fill the memory', async () => {
  const { send } = await house()
  const trailers = Array.from({ length: 2_000 }, (_, at) => `x-t-${at}:${'v'.repeat(32)}\r\n`).join('')
  const sent = await send('/bucket/o', {
    method: 'PUT',
    body: `1\r\nx\r\n0\r\n${trailers}\r\n`,
    payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    headers: { 'x-amz-decoded-content-length': '1' },
  })
  assert.deepEqual([sent.status, codeIn(sent)], [400, 'MalformedTrailerError'])
})

test('metadata may be called like what every object of a language has', async () => {
  const { send } = await house()
  await send('/bucket/o', { method: 'PUT', body: 'x', headers: { 'x-amz-meta-constructor': 'own' } })
  assert.equal((await send('/bucket/o')).headers['x-amz-meta-constructor'], 'own')
})

describe('a bucket for everybody', () => {
  const policyWith = (condition: object): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*', Condition: condition }],
    })

  test('is one too by a condition that holds for nobody in particular, or for half of all addresses', () => {
    const isPublic = (condition: object): boolean => isPublicPolicy(parsePolicy(policyWith(condition), 'bucket'))
    for (const condition of [
      { 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': accountId } },
      { StringEqualsIfExists: { 'aws:PrincipalAccount': accountId } },
      { IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } },
      { IpAddress: { 'aws:SourceIp': '2000::/3' } },
      { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::????????????:root' } },
    ])
      assert(isPublic(condition), JSON.stringify(condition))
    for (const condition of [
      { StringEquals: { 'aws:PrincipalAccount': accountId } },
      { 'ForAnyValue:StringEquals': { 'aws:PrincipalAccount': accountId } },
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    ])
      assert(!isPublic(condition), JSON.stringify(condition))
  })

  test('serves what is in it as its owner said, not as whoever made the link', async () => {
    const { send, unsigned } = await house()
    await send('/bucket/o', { method: 'PUT', body: '<script></script>', headers: { 'content-type': 'text/plain' } })
    const block = '<PublicAccessBlockConfiguration></PublicAccessBlockConfiguration>'
    await send('/bucket?publicAccessBlock=', { method: 'PUT', body: block })
    const policy = policyWith({ Bool: { 'aws:SecureTransport': 'true' } })
    assert.equal((await send('/bucket?policy=', { method: 'PUT', body: policy })).status, 204)
    assert.equal((await unsigned('/bucket/o')).headers['content-type'], 'text/plain')
    assert.equal(codeIn(await unsigned('/bucket/o?response-content-type=text%2Fhtml')), 'InvalidRequest')
    assert.equal((await send('/bucket/o?response-content-type=text%2Fhtml')).headers['content-type'], 'text/html')
  })
})

test('an alias that is of another key leaves no object under the one that it was of', async () => {
  const { send, kms } = await house()
  const make = async (): Promise<string> => textIn(objectIn((await kms('CreateKey', {})).json['KeyMetadata'])['Arn'])
  const [before, after] = [await make(), await make()]
  await kms('CreateAlias', { AliasName: 'alias/objects', TargetKeyId: before })
  const headers = {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/objects',
    'x-amz-server-side-encryption-bucket-key-enabled': 'true',
  }
  const keyOf = async (): Promise<string | undefined> =>
    (await send('/bucket/o', { method: 'PUT', body: 'x', headers })).headers['x-amz-server-side-encryption-aws-kms-key-id']
  assert.deepEqual([await keyOf(), await keyOf()], [before, before])
  await kms('UpdateAlias', { AliasName: 'alias/objects', TargetKeyId: after })
  await kms('DisableKey', { KeyId: before })
  assert.equal(await keyOf(), after)
  assert.equal((await send('/bucket/o')).text, 'x')
})

test("a bucket's policy means whom it named when it was written, and nobody of that name who comes after", async () => {
  const { ground, send, user } = await house()
  const { context } = ground
  await send('/bucket/o', { method: 'PUT', body: 'x' })
  const policyFor = (name: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${accountId}:user/${name}` },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::bucket/*',
        },
      ],
    })
  const first = await user('bob', may('s3:ListAllMyBuckets'))
  assert.equal((await send('/bucket?policy=', { method: 'PUT', body: policyFor('bob') })).status, 204)
  assert.equal(codeIn(await send('/bucket?policy=', { method: 'PUT', body: policyFor('nobody') })), 'MalformedPolicy')
  assert.equal((await send('/bucket/o', { as: first })).text, 'x')
  await ground.run(operator, async call => {
    const account = await context.accounts.get(call, context.instance.installation, [accountId])
    const bob = account && (await context.accountUsers.get(call, account.value.compartment, ['bob']))
    assert(bob !== undefined)
    context.accountUsers.remove(call, bob)
  })
  assert.equal(codeIn(await send('/bucket/o', { as: await user('bob', may('s3:ListAllMyBuckets')) })), 'AccessDenied')
  assert((await send('/bucket?policy=')).text.includes(first.userId))
})
