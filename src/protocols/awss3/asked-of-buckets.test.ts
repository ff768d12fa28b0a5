import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround } from '#domain/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'

interface Sent {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: Credentials
  readonly region?: string
}

const [mine, other] = ['111122223333', '444455556666']
const codeIn = ({ status, text }: Answered): string => `${status} ${/<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? ''}`.trim()
const owner = (account: string) => ({ 'x-amz-expected-bucket-owner': account })
const isMine = owner(mine)
const isNotMine = owner(other)

async function house() {
  const ground = await testGround()
  const { root } = await testAccount(ground, mine)
  const { root: stranger } = await testAccount(ground, other)
  const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
  const send = async (method: string, path: string, { body, headers = {}, as = root, region = 'us-east-1' }: Sent = {}) =>
    ask(
      pipeline,
      sign({
        method,
        url: `https://s3.${region}.keystead.test${path}`,
        credentials: as,
        service: 's3',
        region,
        at: ground.clock.now(),
        payloadHash: createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
        headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body).toString() }) },
        ...(body !== undefined && { body }),
      }),
    )
  const get = async (path: string): Promise<Answered> =>
    ask(pipeline, { method: 'GET', url: `https://s3.us-east-1.keystead.test${path}`, headers: {} })
  for (const [name, as] of [
    ['bucket', root],
    ['theirs', stranger],
  ] as const)
    assert.equal((await send('PUT', `/${name}`, { as })).status, 200)
  return { ground, send, get }
}

describe('a caller who says whose a bucket must be', () => {
  test('gets nothing done in a bucket of another account, whatever the operation', async () => {
    const { send } = await house()
    await send('PUT', '/bucket/o', { body: 'kept' })
    const refused = [
      await send('PUT', '/bucket/n', { body: 'x', headers: isNotMine }),
      await send('GET', '/bucket/o', { headers: isNotMine }),
      await send('DELETE', '/bucket/o', { headers: isNotMine }),
      await send('GET', '/bucket?list-type=2', { headers: isNotMine }),
      await send('GET', '/bucket?versioning=', { headers: isNotMine }),
      await send('POST', '/bucket/n?uploads=', { headers: isNotMine }),
    ]
    assert.deepEqual(new Set(refused.map(codeIn)), new Set(['403 AccessDenied']))
    assert.equal((await send('HEAD', '/bucket', { headers: isNotMine })).status, 403)
    assert.equal((await send('GET', '/bucket/o', { headers: isMine })).text, 'kept')
    assert.equal(codeIn(await send('GET', '/bucket/o', { headers: owner('me') })), '400 InvalidBucketOwnerAWSAccountID')
  })

  test('says so of the source of a copy apart', async () => {
    const { send } = await house()
    await send('PUT', '/bucket/o', { body: 'kept' })
    const copy = async (headers: Readonly<Record<string, string>>) =>
      send('PUT', '/bucket/copy', { headers: { 'x-amz-copy-source': '/bucket/o', ...headers } })
    assert.equal(codeIn(await copy({ ...isMine, 'x-amz-source-expected-bucket-owner': other })), '403 AccessDenied')
    assert.equal((await copy({ ...isMine, 'x-amz-source-expected-bucket-owner': mine })).status, 200)
  })
})

describe('a condition of whoever writes', () => {
  test('on an object that is not there, or whose newest version is a marker, is told that there is none', async () => {
    const { send } = await house()
    const only = { body: 'x', headers: { 'if-match': '"781e5e245d69b566979b86e28d23f2c7"' } }
    assert.equal(codeIn(await send('PUT', '/bucket/o', only)), '404 NoSuchKey')
    await send('PUT', '/bucket?versioning=', { body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>' })
    await send('PUT', '/bucket/o', { body: 'there' })
    assert.equal(codeIn(await send('PUT', '/bucket/o', only)), '412 PreconditionFailed')
    await send('DELETE', '/bucket/o')
    assert.equal(codeIn(await send('PUT', '/bucket/o', only)), '404 NoSuchKey')
  })

  test('counts for each of many that are deleted', async () => {
    const { send } = await house()
    const { headers } = await send('PUT', '/bucket/as-it-was', { body: 'x' })
    await send('PUT', '/bucket/changed', { body: 'y' })
    const one = (key: string, more = ''): string => `<Object><Key>${key}</Key><ETag>${headers['etag']}</ETag>${more}</Object>`
    const deleting = async (objects: string) => {
      const body = `<Delete>${objects}</Delete>`
      return send('POST', '/bucket?delete=', { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } })
    }
    const { text } = await deleting(one('as-it-was') + one('changed'))
    assert.match(text, /<Deleted><Key>as-it-was<\/Key>/)
    assert.match(text, /<Error><Key>changed<\/Key><Code>PreconditionFailed<\/Code>/)
    assert.equal((await send('GET', '/bucket/changed')).text, 'y')
    assert.equal(codeIn(await deleting(one('changed', '<Size>1</Size>'))), '501 NotImplemented')
    assert.equal(codeIn(await send('DELETE', '/bucket/changed', { headers: { 'x-amz-if-match-size': '9' } })), '501 NotImplemented')
  })
})

describe('a new bucket', () => {
  test('names its Region, but in the first of them', async () => {
    const { send } = await house()
    const at = (name: string): string =>
      `<CreateBucketConfiguration><LocationConstraint>${name}</LocationConstraint></CreateBucketConfiguration>`
    const europe = { region: 'eu-west-1' }
    assert.equal(codeIn(await send('PUT', '/new', europe)), '400 IllegalLocationConstraintException')
    assert.equal(codeIn(await send('PUT', '/new', { ...europe, body: at('us-west-2') })), '400 IllegalLocationConstraintException')
    assert.equal(codeIn(await send('PUT', '/new', { ...europe, body: at('nowhere') })), '400 InvalidLocationConstraint')
    assert.equal((await send('PUT', '/new', { ...europe, body: at('eu-west-1') })).status, 200)
  })
})

describe('a request that is signed in its query', () => {
  test('is told so when something is wrong with that', async () => {
    const { get } = await house()
    const query = (seconds: number): string =>
      `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAAAAAAAAAAAAAAAAA%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=${seconds}&X-Amz-SignedHeaders=host&X-Amz-Signature=00`
    assert.equal(codeIn(await get(`/bucket/o?${query(604_801)}`)), '400 AuthorizationQueryParametersError')
    assert.equal(codeIn(await get(`/bucket/o?${query(0)}`)), '400 AuthorizationQueryParametersError')
  })
})

describe('a part of an object', () => {
  test('that there is not cannot be read', async () => {
    const { send } = await house()
    await send('PUT', '/bucket/o', { body: 'whole' })
    assert.equal((await send('GET', '/bucket/o?partNumber=1')).text, 'whole')
    assert.equal(codeIn(await send('GET', '/bucket/o?partNumber=2')), '416 InvalidPartNumber')
  })
})

describe('a policy of a bucket', () => {
  test('in which an action has no subject is refused', async () => {
    const { send } = await house()
    const put = async (Action: string | readonly string[], Resource: string | readonly string[]) => {
      const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource }]
      return send('PUT', '/bucket?policy=', { body: JSON.stringify({ Version: '2012-10-17', Statement }) })
    }
    const [bucket, objects] = ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/*']
    for (const [action, resource] of [
      ['s3:GetObject', bucket],
      ['s3:ListBucket', objects],
      [['s3:GetObject', 's3:ListBucket'], objects],
    ] as const) {
      const answered = await put(action, resource)
      assert.equal(codeIn(answered), '400 MalformedPolicy')
      assert.match(answered.text, /Action does not apply to any resource\(s\) in statement/)
    }
    for (const [action, resource] of [
      [
        ['s3:getobject', 's3:ListBucket'],
        [bucket, objects],
      ],
      ['s3:*', objects],
      ['s3:GetObject', 'arn:aws:s3:::bucket*'],
    ] as const)
      assert.equal((await put(action, resource)).status, 204)
  })
})

describe('the trail of a bucket', () => {
  test('shows which object was asked for', async () => {
    const { ground, send } = await house()
    await send('PUT', '/bucket/a/b', { body: 'x' })
    const row = ground.rows().findLast(one => one['operation'] === 'PutObject')
    const record = cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) }))
    assert.deepEqual([record?.['requestParameters'], record?.readOnly], [{ bucketName: 'bucket', key: 'a/b' }, false])
  })
})

describe('the buckets of an account', () => {
  test('come in pages that miss none and repeat none', async () => {
    const { send } = await house()
    for (const name of ['box-a', 'box-b', 'box-c', 'box-d', 'crate']) await send('PUT', `/${name}`)
    const namesIn = ({ text }: Answered) => [...text.matchAll(/<Name>([^<]*)</g)].map(([, name]) => name)
    const tokenIn = ({ text }: Answered) => /<ContinuationToken>([^<]*)</.exec(text)?.[1]
    const first = await send('GET', '/?max-buckets=3&prefix=box-')
    const rest = await send('GET', `/?continuation-token=${tokenIn(first)}&max-buckets=3&prefix=box-`)
    assert.deepEqual([namesIn(first), namesIn(rest), tokenIn(rest)], [['box-a', 'box-b', 'box-c'], ['box-d'], undefined])
    assert.equal(
      codeIn(await send('GET', `/?continuation-token=${tokenIn(first)}&max-buckets=3`)),
      '400 InvalidArgument',
      'of another list',
    )
    for (const max of [0, 10_001, 'x']) assert.equal(codeIn(await send('GET', `/?max-buckets=${max}`)), '400 InvalidArgument')
    assert.equal(namesIn(await send('GET', '/')).length, 6)
  })
})

describe('a key for the whole bucket', () => {
  test('is used or not as the request says, whatever the bucket says', async () => {
    const { send } = await house()
    const flag = 'x-amz-server-side-encryption-bucket-key-enabled'
    const byDefault = async (bucketKey: boolean) =>
      send('PUT', '/bucket?encryption=', {
        body: `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>${bucketKey}</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
      })
    const said = async (headers: Readonly<Record<string, string>> = {}) =>
      (await send('PUT', '/bucket/o', { body: 'x', headers })).headers[flag]
    await byDefault(true)
    assert.deepEqual([await said(), await said({ [flag]: 'false' })], ['true', undefined])
    await byDefault(false)
    assert.deepEqual([await said(), await said({ [flag]: 'true' })], [undefined, 'true'])
  })
})

test('a signature of the version before is refused by name, wherever it stands', async () => {
  const { ground, send } = await house()
  const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
  assert.equal((await send('PUT', '/bucket/key', { body: 'kept' })).status, 200)
  for (const [query, headers] of [
    ['', { authorization: 'AWS AKIDEXAMPLE:c2lnbmF0dXJl' }],
    ['?AWSAccessKeyId=AKIDEXAMPLE&Signature=c2lnbmF0dXJl&Expires=99999999999', {}],
  ] as const) {
    const refused = await ask(pipeline, { method: 'GET', url: `https://s3.us-east-1.keystead.test/bucket/key${query}`, headers })
    assert.equal(codeIn(refused), '400 InvalidRequest')
    assert.match(refused.text, /Please use AWS4-HMAC-SHA256\./)
  }
})

describe('a bucket asked for in another Region than its own', () => {
  test('says where it is, in the head too, and does nothing', async () => {
    const { send } = await house()
    assert.equal((await send('PUT', '/bucket/key', { body: 'kept' })).status, 200)
    for (const [method, path] of [
      ['GET', '/bucket'],
      ['GET', '/bucket/key'],
      ['HEAD', '/bucket/key'],
      ['HEAD', '/bucket'],
      ['PUT', '/bucket/key'],
      ['POST', '/bucket?delete='],
      ['DELETE', '/bucket/key'],
      ['DELETE', '/bucket'],
      ['PUT', '/bucket?policy='],
    ] as const) {
      const body = path.endsWith('delete=') ? '<Delete><Object><Key>key</Key></Object></Delete>' : method === 'PUT' ? 'lost' : undefined
      const md5 = {
        'content-md5': createHash('md5')
          .update(body ?? '')
          .digest('base64'),
      }
      const told = await send(method, path, { region: 'eu-west-1', ...(body !== undefined && { body, headers: md5 }) })
      assert.equal(told.status, 301, `${method} ${path} ${told.text}`)
      assert.equal(told.headers['x-amz-bucket-region'], 'us-east-1')
      if (method === 'HEAD') continue
      assert.match(told.text, /<Code>PermanentRedirect<\/Code>/)
      assert.match(told.text, /<Endpoint>s3\.us-east-1\.keystead\.test<\/Endpoint><Bucket>bucket<\/Bucket>/)
    }
    assert.equal((await send('GET', '/bucket/key')).text, 'kept')
    assert.match(
      (await send('GET', '/bucket?location=', { region: 'eu-west-1' })).text,
      /LocationConstraint/,
      'where it is may be asked anywhere',
    )
  })

  test('tells where it is whoever asks for its head, allowed or not', async () => {
    const { ground, send, get } = await house()
    const nobody = await testUser(ground, { accountId: mine, name: 'nobody' })
    const refused = await send('HEAD', '/bucket', { as: nobody })
    assert.deepEqual([refused.status, refused.headers['x-amz-bucket-region']], [403, 'us-east-1'])
    const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
    const unsigned = await ask(pipeline, { method: 'HEAD', url: 'https://s3.us-east-1.keystead.test/bucket', headers: {} })
    assert.deepEqual([unsigned.status, unsigned.headers['x-amz-bucket-region']], [403, 'us-east-1'])
    assert.equal((await send('HEAD', '/nowhere', { as: nobody })).headers['x-amz-bucket-region'], undefined)
    assert.equal((await get('/bucket')).headers['x-amz-bucket-region'], undefined)
  })

  test('at its own address, signed for another Region, names the one that the signature must name', async () => {
    const { ground, send } = await house()
    const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
    const credentials = await testUser(ground, { accountId: mine, name: 'u' })
    assert.equal((await send('PUT', '/bucket')).status, 409)
    const told = await ask(
      pipeline,
      sign({
        method: 'GET',
        url: 'https://bucket.s3.us-east-1.keystead.test/',
        credentials,
        service: 's3',
        region: 'eu-west-1',
        at: ground.clock.now(),
        payloadHash: createHash('sha256').digest('hex'),
        headers: {},
      }),
    )
    assert.equal(codeIn(told), '400 AuthorizationHeaderMalformed')
    assert.match(told.text, /the region 'eu-west-1' is wrong; expecting 'us-east-1'/)
    assert.match(told.text, /<Region>us-east-1<\/Region>/)
    assert.equal(told.headers['x-amz-bucket-region'], 'us-east-1')
  })
})
