// Every operation of this wire, asked from its declaration alone: method, path and body are those that it declares.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'
import { operations } from './operations/index.ts'

const [domain, region, accountId] = ['keystead.test', 'us-east-1', '111122223333']
type Kept = Map<string, string>
type Operation = (typeof operations)[number]

/** One good request of an operation; they are sent in the order of their table. */
interface Good {
  readonly operation: Operation['name']
  /** In place of the object that is there all along. */
  readonly key?: string
  /** Values of the parameters that its path declares. */
  readonly query?: (kept: Kept) => Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: (kept: Kept) => string
  readonly keep?: (answered: Answered, kept: Kept) => void
  /** Where that is not success: status and code of what has nothing to show. */
  readonly answers?: readonly [status: number, code: string]
  /** Refused one by one, within an answer of 200. */
  readonly refusesWithin?: true
}

const nothing = (operation: Operation['name'], code: string): Good => ({ operation, answers: [404, code] })
const tagging = '<Tagging><TagSet><Tag><Key>team</Key><Value>keys</Value></Tag></TagSet></Tagging>'
const source = { 'x-amz-copy-source': '/bucket/key' }
const upload = (kept: Kept): Readonly<Record<string, string>> => ({ uploadId: kept.get('upload') ?? 'none', partNumber: '1' })
const secondPart = (kept: Kept): Readonly<Record<string, string>> => ({ ...upload(kept), partNumber: '2' })
const keepUpload = ({ text }: Answered, kept: Kept): unknown => kept.set('upload', /<UploadId>([^<]*)</.exec(text)?.[1] ?? '')
const acl = ({ text }: Answered, kept: Kept): unknown => kept.set('acl', text)
const aclOf = (kept: Kept): string => kept.get('acl') ?? '<AccessControlPolicy/>'
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutBucketLogging', Resource: 'arn:aws:s3:::bucket' }],
})

const table: readonly Good[] = [
  { operation: 'ListBuckets' },
  { operation: 'CreateBucket', body: () => `<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>` },
  { operation: 'HeadBucket' },
  { operation: 'GetBucketLocation' },
  { operation: 'GetBucketAcl', keep: acl },
  { operation: 'PutBucketAcl', body: aclOf },
  { operation: 'PutBucketEncryption', body: () => encryption('AES256') },
  { operation: 'GetBucketEncryption' },
  { operation: 'DeleteBucketEncryption' },
  {
    operation: 'PutBucketOwnershipControls',
    body: () => '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>',
  },
  { operation: 'GetBucketOwnershipControls' },
  { operation: 'DeleteBucketOwnershipControls' },
  { operation: 'PutBucketPolicy', body: () => policy },
  { operation: 'GetBucketPolicy' },
  { operation: 'GetBucketPolicyStatus' },
  { operation: 'DeleteBucketPolicy' },
  { operation: 'PutBucketTagging', body: () => tagging },
  { operation: 'GetBucketTagging' },
  { operation: 'DeleteBucketTagging' },
  {
    operation: 'PutPublicAccessBlock',
    body: () => '<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>',
  },
  { operation: 'GetPublicAccessBlock' },
  { operation: 'DeletePublicAccessBlock' },
  nothing('GetBucketCors', 'NoSuchCORSConfiguration'),
  { operation: 'DeleteBucketCors' },
  { operation: 'DeleteBucketWebsite' },
  { operation: 'DeleteBucketReplication' },
  {
    operation: 'PutBucketLifecycleConfiguration',
    body: () =>
      '<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>',
  },
  { operation: 'GetBucketLifecycleConfiguration' },
  { operation: 'DeleteBucketLifecycle' },
  nothing('GetBucketWebsite', 'NoSuchWebsiteConfiguration'),
  nothing('GetBucketReplication', 'ReplicationConfigurationNotFoundError'),
  nothing('GetObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError'),
  { operation: 'GetBucketLogging' },
  { operation: 'GetBucketNotificationConfiguration' },
  { operation: 'GetBucketAccelerateConfiguration' },
  { operation: 'GetBucketRequestPayment' },
  { operation: 'ListBucketAnalyticsConfigurations' },
  { operation: 'ListBucketInventoryConfigurations' },
  { operation: 'ListBucketMetricsConfigurations' },
  { operation: 'ListBucketIntelligentTieringConfigurations' },
  { operation: 'PutObject', body: () => 'what is kept', headers: { 'x-amz-tagging': 'team=keys' } },
  { operation: 'GetObject' },
  { operation: 'HeadObject' },
  { operation: 'GetObjectAttributes', headers: { 'x-amz-object-attributes': 'ETag,ObjectSize' } },
  { operation: 'GetObjectAcl' },
  { operation: 'PutObjectAcl', body: aclOf },
  { operation: 'GetObjectTagging' },
  { operation: 'PutObjectTagging', body: () => tagging },
  { operation: 'DeleteObjectTagging' },
  { operation: 'GetObjectRetention', answers: [400, 'InvalidRequest'] },
  { operation: 'GetObjectLegalHold', answers: [400, 'InvalidRequest'] },
  { operation: 'CopyObject', key: 'copy', headers: source },
  { operation: 'CreateMultipartUpload', key: 'parts', keep: keepUpload },
  { operation: 'ListMultipartUploads' },
  {
    operation: 'UploadPart',
    key: 'parts',
    query: upload,
    body: () => 'p'.repeat(5 * 1024 * 1024),
    keep: ({ headers }, kept) => kept.set('first', headers['etag'] ?? ''),
  },
  {
    operation: 'UploadPartCopy',
    key: 'parts',
    query: secondPart,
    headers: source,
    keep: ({ text }, kept) => kept.set('second', /<ETag>([^<]*)</.exec(text)?.[1] ?? ''),
  },
  { operation: 'ListParts', key: 'parts', query: upload },
  {
    operation: 'CompleteMultipartUpload',
    key: 'parts',
    query: upload,
    body: kept => completed(['first', 'second'].map(one => kept.get(one))),
  },
  { operation: 'CreateMultipartUpload', key: 'parts', keep: keepUpload },
  { operation: 'AbortMultipartUpload', key: 'parts', query: upload },
  { operation: 'PutBucketVersioning', body: () => '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>' },
  { operation: 'GetBucketVersioning' },
  { operation: 'ListObjectVersions' },
  { operation: 'ListObjects' },
  { operation: 'ListObjectsV2' },
  {
    operation: 'DeleteObjects',
    body: () =>
      `<Delete>${['copy', 'parts', 'key'].map(key => `<Object><Key>${key}</Key><VersionId>null</VersionId></Object>`).join('')}</Delete>`,
    refusesWithin: true,
  },
  { operation: 'DeleteObject', query: () => ({ versionId: 'null' }) },
  { operation: 'DeleteBucket' },
]

function encryption(algorithm: string): string {
  const byDefault = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault>`
  return `<ServerSideEncryptionConfiguration><Rule>${byDefault}</Rule></ServerSideEncryptionConfiguration>`
}

function completed(tags: readonly (string | undefined)[]): string {
  const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag ?? 'none'}</ETag></Part>`)
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
}

const digest = (name: 'md5' | 'sha256', text: string, as: 'hex' | 'base64') => createHash(name).update(text).digest(as)

interface Sent {
  /** Absent: nobody. */
  readonly as?: Credentials | undefined
  readonly service?: string
  readonly body?: string | undefined
  /** In place of those of the body. */
  readonly sha256?: string
  readonly md5?: string
}

interface House {
  readonly ground: TestGround
  readonly administrator: Credentials
  readonly stranger: Credentials
  readonly kept: Kept
  /** Sends and holds the answer to its entry: one, of this operation, with this status, and nothing written where it was refused. */
  readonly audited: (good: Good, sent: Sent) => Promise<Answered>
}

async function house(): Promise<House> {
  const ground = await testGround({ domain })
  await testAccount(ground, accountId)
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
  const administrator = await testUser(ground, { accountId, name: 'administrator', policy: all })
  const stranger = await testUser(ground, { accountId, name: 'stranger' })
  const pipeline = createPipeline(ground.context, s3Protocol(domain))
  const kept: Kept = new Map()
  const audited: House['audited'] = async (good, sent) => {
    const already = ground.rows().length
    const answered = await send({ ground, pipeline, kept }, good, sent)
    const rows = ground.rows().slice(already)
    assert.equal(rows.length, 1, 'one entry')
    const row = rowShape.parse(rows[0])
    assert.deepEqual([row.plane, row.operation, row.result.http], ['s3', good.operation, answered.status])
    if (answered.status >= 400 || declared(good.operation).trail.readOnly) assert.equal(row.writes, undefined, 'nothing is written')
    if (answered.status === 403) assert.equal(row.decision.allow, false)
    return answered
  }
  return { ground, administrator, stranger, kept, audited }
}

const rowShape = z.looseObject({
  operation: z.string(),
  plane: z.string(),
  decision: z.looseObject({ allow: z.boolean() }),
  result: z.looseObject({ http: z.number() }),
  writes: z.array(z.unknown()).optional(),
})

const declared = (name: string): Operation => operations.find(one => one.name === name) ?? assert.fail(`no operation ${name}`)
const goodOf = (name: string): Good => table.find(({ operation }) => operation === name) ?? assert.fail(`no good request of ${name}`)

/** Of `/{bucket}/{key}?partNumber&uploadId`. */
function pathOf({ operation, key = 'key', query }: Good, kept: Kept): string {
  const [path = '', parameters = ''] = declared(operation).path.split('?')
  const values = query?.(kept) ?? {}
  const named = parameters.split('&').flatMap(text => (text === '' ? [] : [text.split('=')]))
  const own = Object.fromEntries(named.map(([name = '', value = '']) => [name, values[name] ?? value]))
  const all = named.some(([name]) => name === 'uploadId') ? own : { ...own, ...values }
  const asked = Object.entries(all).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${path.replace('{bucket}', 'bucket').replace('{key}', key)}${asked.length === 0 ? '' : `?${asked.join('&')}`}`
}

async function send(
  { ground, pipeline, kept }: Pick<House, 'ground' | 'kept'> & { readonly pipeline: Pipeline },
  good: Good,
  { as, service = 's3', body, sha256, md5 }: Sent,
): Promise<Answered> {
  const { method } = declared(good.operation)
  const held = body !== undefined && {
    'content-length': Buffer.byteLength(body).toString(),
    'content-md5': md5 ?? digest('md5', body, 'base64'),
  }
  const asked = {
    method,
    url: `https://s3.${region}.${domain}${pathOf(good, kept)}`,
    headers: { ...good.headers, ...held },
    ...(body !== undefined && { body }),
  }
  if (as === undefined) return ask(pipeline, asked)
  const payloadHash = sha256 ?? digest('sha256', body ?? '', 'hex')
  return ask(pipeline, sign({ ...asked, credentials: as, service, region, at: ground.clock.now(), payloadHash }))
}

const codeIn = ({ text }: Answered): string | undefined => /<Code>([^<]*)<\/Code>/.exec(text)?.[1]
/** An answer to HEAD has no body that a code could stand in. */
const saidBy = (answered: Answered) => [answered.status, codeIn(answered)]
const refusedAs = ({ method }: Operation, status: number, code: string) => [status, method === 'HEAD' ? undefined : code]

const documents: readonly (readonly [what: string, body: string])[] = [
  ['nothing', ' '],
  ['no XML', '{'],
  ['an element that does not end', '<a>'],
  ['an end of another', '<a></b>'],
  ['two roots', '<a/><a/>'],
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an entity of its own', '<a>&b;</a>'],
]

/** The same document under another name. */
function rootedElsewhere(document: string): string {
  const [, root = ''] = /<([A-Z][A-Za-z]*)/.exec(document) ?? []
  // A policy is no such document, and is one too many with a brace more.
  if (root === '') return `${document}}`
  return document.replaceAll(new RegExp(String.raw`<(/?)${root}(?=[\s>])`, 'g'), '<$1Other')
}

describe('every operation of awss3', () => {
  let standing: House
  before(async () => {
    standing = await house()
    await standing.audited({ operation: 'CreateBucket' }, { as: standing.administrator })
    await standing.audited({ operation: 'PutObject' }, { as: standing.administrator, body: 'what is kept' })
    const began = await standing.audited(goodOf('CreateMultipartUpload'), { as: standing.administrator })
    keepUpload(began, standing.kept)
    acl(await standing.audited({ operation: 'GetBucketAcl' }, { as: standing.administrator }), standing.kept)
  })

  test('is in the table of good requests, under a name that it has alone', () => {
    const known = new Set<string>(table.map(({ operation }) => operation))
    const names = operations.map(({ name }) => name)
    assert.deepEqual(
      names.filter((one, at) => !known.has(one) || names.indexOf(one) !== at),
      [],
    )
  })

  for (const operation of operations) {
    test(`${operation.name} asks who signed, for what, and whether they may`, async () => {
      const good = goodOf(operation.name)
      const sent = { body: good.body?.(standing.kept) }
      const within = ({ status, text }: Answered): void => {
        assert.equal(status, 200)
        assert(!text.includes('<Deleted>') && text.includes('<Code>AccessDenied</Code>'), text)
      }
      const { administrator, stranger } = standing
      const foreign = await standing.audited(good, { ...sent, as: administrator, service: 'dynamodb' })
      assert.deepEqual(saidBy(foreign), refusedAs(operation, 400, 'AuthorizationHeaderMalformed'))
      for (const as of [undefined, stranger]) {
        const refused = await standing.audited(good, { ...sent, as })
        if (good.refusesWithin === true) within(refused)
        else assert.deepEqual(saidBy(refused), refusedAs(operation, 403, 'AccessDenied'), refused.text)
      }
    })

    if ('read' in operation.body)
      test(`${operation.name} refuses a malformed body in the service's words`, async () => {
        const malformed = operation.name === 'PutBucketPolicy' ? 'MalformedPolicy' : 'MalformedXML'
        const good = goodOf(operation.name).body?.(standing.kept) ?? assert.fail('it takes a body')
        for (const [what, body] of [...documents, ['another root', rootedElsewhere(good)] as const]) {
          const answered = await standing.audited(goodOf(operation.name), { as: standing.administrator, body })
          assert.deepEqual(saidBy(answered), [400, malformed], `${what}: ${answered.text}`)
        }
      })

    if (!('none' in operation.body))
      test(`${operation.name} takes no body but the one that was signed and digested`, async () => {
        const good = goodOf(operation.name)
        const sent = { as: standing.administrator, body: good.body?.(standing.kept) ?? assert.fail('it takes a body') }
        const signed = await standing.audited(good, { ...sent, sha256: digest('sha256', 'another', 'hex') })
        assert.deepEqual(saidBy(signed), [400, 'XAmzContentSHA256Mismatch'], signed.text)
        const digested = await standing.audited(good, { ...sent, md5: digest('md5', 'another', 'base64') })
        assert.deepEqual(saidBy(digested), [400, 'BadDigest'], digested.text)
      })
  }

  test('does a good request for whoever may', async () => {
    const fresh = await house()
    for (const good of table) {
      const { operation, body, keep, answers } = good
      const answered = await fresh.audited(good, { as: fresh.administrator, body: body?.(fresh.kept) })
      if (answers === undefined) assert(answered.status < 300 && codeIn(answered) === undefined, `${operation}: ${answered.text}`)
      else assert.deepEqual(saidBy(answered), answers, operation)
      keep?.(answered, fresh.kept)
    }
  })
})

describe('an access control list', () => {
  test('that gives something to anybody but the owner is refused, and so is none', async () => {
    const { audited, administrator, kept } = await house()
    await audited({ operation: 'CreateBucket' }, { as: administrator })
    await audited({ operation: 'PutObject' }, { as: administrator, body: '' })
    acl(await audited({ operation: 'GetBucketAcl' }, { as: administrator }), kept)
    const own = aclOf(kept)
    const [grant = ''] = /<Grant>.*<\/Grant>/.exec(own) ?? []
    const another = grant.replace(/<ID>[^<]*</, `<ID>${'0'.repeat(64)}<`)
    const lists = [
      own.replace(grant, another),
      own.replace(grant, grant + another),
      own.replace('FULL_CONTROL', 'READ'),
      own.replace(grant, ''),
      own.replace(/<ID>[^<]*<\/ID>(?=<Permission|<\/Grantee)/, '<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>'),
    ]
    for (const operation of ['PutBucketAcl', 'PutObjectAcl'] as const) {
      for (const body of lists)
        assert.deepEqual(saidBy(await audited({ operation }, { as: administrator, body })), [400, 'AccessControlListNotSupported'], body)
      assert.deepEqual(saidBy(await audited({ operation }, { as: administrator })), [400, 'MissingSecurityHeader'])
      const canned = async (name: string) => audited({ operation, headers: { 'x-amz-acl': name } }, { as: administrator })
      assert.equal((await canned('bucket-owner-full-control')).status, 200)
      assert.deepEqual(saidBy(await canned('private')), [400, 'AccessControlListNotSupported'])
    }
  })
})
