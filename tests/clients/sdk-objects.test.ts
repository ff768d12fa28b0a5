import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  type CompletedPart,
  type CompleteMultipartUploadCommandInput,
  type GetObjectAttributesCommandInput,
  type LifecycleRule,
} from '@aws-sdk/client-s3'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'

const { environment, clientEnvironment } = await behindInstance(import.meta.filename)
const variable = (name: string): string => clientEnvironment[name] ?? assert.fail(`${name} is not set`)
const { s3, kms } = awsClients(
  { endpoint: variable('AWS_ENDPOINT_URL').replace(/\/$/, ''), ca: readFileSync(environment.caFile, 'utf8') },
  { accessKeyId: variable('AWS_ACCESS_KEY_ID'), secretAccessKey: variable('AWS_SECRET_ACCESS_KEY') },
)
const Bucket = 'sdk-objects'
await s3.send(new CreateBucketCommand({ Bucket }))

const bytesOf = async (Key: string, Range?: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

async function refused(asking: Promise<unknown>): Promise<string> {
  try {
    await asking
  } catch (error) {
    if (error instanceof S3ServiceException) return error.name
    throw error
  }
  return assert.fail('it was not refused')
}

describe('the JavaScript SDK', () => {
  test('puts and gets, with checksums in headers and trailers, conditions and ranges', async () => {
    const Body = randomBytes(200_000)
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü', Body, Metadata: { own: 'mine' }, ChecksumAlgorithm: 'SHA256' }))
    assert(put.ChecksumSHA256 !== undefined)
    assert.deepEqual(await bytesOf('a b/ü'), Body)
    assert.deepEqual(await bytesOf('a b/ü', 'bytes=70000-70009'), Body.subarray(70_000, 70_010))
    const stream = Readable.from([Body.subarray(0, 100_000), Body.subarray(100_000)])
    await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body: stream, ContentLength: Body.length }))
    assert.deepEqual(await bytesOf('streamed'), Body)
    assert.equal(await refused(s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, IfNoneMatch: '*' }))), 'PreconditionFailed')
    assert.equal(await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'none' }))), 'NoSuchKey')
  })

  test('encrypts with a key of the account, also in parts and copies, for as long as it is enabled', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
    const sse = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata?.Arn } as const
    const part = randomBytes(5 * 1024 * 1024)
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big', ...sse }))
    const at = { Bucket, Key: 'big', UploadId }
    const Parts = await Promise.all(
      [part, part.subarray(0, 10)].map(async (Body, index) => {
        const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...at, PartNumber: index + 1, Body }))
        return { ETag, ChecksumCRC32, PartNumber: index + 1 }
      }),
    )
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts } }))
    assert.equal(done.SSEKMSKeyId, KeyMetadata?.Arn)
    assert.deepEqual(await bytesOf('big'), Buffer.concat([part, part.subarray(0, 10)]))
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/big`, ServerSideEncryption: 'AES256' }))
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }))
    assert.equal(await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'big' }))), 'KMS.DisabledException')
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).ContentLength, part.length + 10)
    assert.equal((await bytesOf('copy')).length, part.length + 10)
  })

  test('lists page by page, and deletes together', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `list/${n}`)
    for (const Key of names) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
    const seen: (string | undefined)[] = []
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket, Prefix: 'list/' }))
      seen.push(...Contents.map(({ Key }) => Key))
    assert.deepEqual(seen, names)
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: names.map(Key => ({ Key })) } }))
    assert.equal(Deleted?.length, 7)
  })

  test('keeps rules that end what is in a bucket, and reads them as it wrote them', async () => {
    const Rules: LifecycleRule[] = [
      {
        ID: 'logs',
        Status: 'Enabled',
        Filter: { And: { Prefix: 'logs/', Tags: [{ Key: 'a', Value: '1' }], ObjectSizeGreaterThan: 10 } },
        Expiration: { Days: 30 },
        NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 },
      },
      { ID: 'once', Status: 'Disabled', Filter: { Prefix: 'x/' }, Expiration: { Date: new Date('2040-01-01T00:00:00Z') } },
      { ID: 'parts', Status: 'Enabled', Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ]
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
    assert.deepEqual((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules, Rules)
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'logs/a', Body: 'more than ten bytes', Tagging: 'a=1' }))
    assert.match(put.Expiration ?? '', /rule-id="logs"/)
    const moved: LifecycleRule[] = [{ Status: 'Enabled', Filter: { Prefix: '' }, Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] }]
    const moving = s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: moved } }))
    assert.equal(await refused(moving), 'InvalidStorageClass')
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }))
    assert.equal(await refused(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))), 'NoSuchLifecycleConfiguration')
  })

  test('holds an upload to what it says of the whole, and tells of its parts', async () => {
    const [Key, part] = ['held', randomBytes(5 * 1024 * 1024)]
    const begun = { Bucket, Key, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' } as const
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(begun))
    const at = { Bucket, Key, UploadId }
    const Parts: CompletedPart[] = []
    for (const [index, Body] of [part, part.subarray(0, 10)].entries()) {
      const { ETag, ChecksumSHA256 } = await s3.send(
        new UploadPartCommand({ ...at, PartNumber: index + 1, Body, ChecksumAlgorithm: 'SHA256' }),
      )
      Parts.push({ ETag, ChecksumSHA256, PartNumber: index + 1 })
    }
    const complete = async (more: Partial<CompleteMultipartUploadCommandInput>) =>
      s3.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...more }))
    const sums = Parts.map(({ ChecksumSHA256 = '' }) => Buffer.from(ChecksumSHA256, 'base64'))
    const whole = `${createHash('sha256').update(Buffer.concat(sums)).digest('base64')}-2`
    assert.equal(await refused(complete({ ChecksumSHA256: whole.replace('-2', '-1') })), 'BadDigest')
    assert.equal(await refused(complete({ MpuObjectSize: 1 })), 'InvalidRequest')
    const done = await complete({ ChecksumSHA256: whole, ChecksumType: 'COMPOSITE', MpuObjectSize: part.length + 10 })
    assert.equal(done.ChecksumSHA256, whole)
    const asked = { Bucket, Key, ObjectAttributes: ['ObjectParts', 'Checksum'], MaxParts: 1 } satisfies GetObjectAttributesCommandInput
    const { Checksum, ObjectParts } = await s3.send(new GetObjectAttributesCommand(asked))
    assert.deepEqual(
      [Checksum?.ChecksumSHA256, Checksum?.ChecksumType, ObjectParts?.TotalPartsCount, ObjectParts?.IsTruncated],
      [whole, 'COMPOSITE', 2, true],
    )
    assert.deepEqual(ObjectParts?.Parts, [{ PartNumber: 1, Size: part.length, ChecksumSHA256: Parts[0]?.ChecksumSHA256 }])
  })
})
