// Of objects that an unmodified client writes nothing can be read where they lie. The control: the same client, the same bytes, and a server
// that lays down what it is sent.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createWriteStream, mkdtempSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describe, test } from 'node:test'
import { CreateKeyCommand } from '@aws-sdk/client-kms'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { canary } from '#tests/left-behind/noted.ts'
import { readableIn } from '#tests/left-behind/readable.ts'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'

const { environment, clientEnvironment, data, dir } = await behindInstance(import.meta.filename)
const variable = (name: string): string => clientEnvironment[name] ?? assert.fail(`${name} is not set`)
const credentials = { accessKeyId: variable('AWS_ACCESS_KEY_ID'), secretAccessKey: variable('AWS_SECRET_ACCESS_KEY') }
const { s3, kms } = awsClients(
  { endpoint: variable('AWS_ENDPOINT_URL').replace(/\/$/, ''), ca: readFileSync(environment.caFile, 'utf8') },
  credentials,
)
const Bucket = 'objects-at-rest'
await s3.send(new CreateBucketCommand({ Bucket }))
const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))

/** A canary every 100 bytes or so, as a file of text has them. */
const text = (length: number): Buffer => {
  const word = canary('object')
  return Buffer.from(`${word} is written in here, over and over again. `.repeat(length / 80)).subarray(0, length)
}

const customerKey = randomBytes(32)
const ways = {
  'a key of the account': { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata?.Arn },
  'a bucket key': { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata?.Arn, BucketKeyEnabled: true },
  'two layers': { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: KeyMetadata?.Arn },
  'the service’s own key': { ServerSideEncryption: 'AES256' },
  'nothing asked': {},
  'a key of the client': {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: customerKey.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(customerKey).digest('base64'),
  },
} as const

/** Where an object can be read in what the instance has written. */
const readable = (): readonly string[] => readableIn({ data, told: {} }, []).filter(sentence => sentence.startsWith('a value'))

/** Lays down what it is sent, as it comes. */
async function bareFileServer(folder: string) {
  const server = createServer((request, response) => {
    pipeline(request, createWriteStream(join(folder, 'object'))).then(
      () => response.writeHead(200, { etag: '"it"' }).end(),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.close() }
}

describe('bytes of objects', () => {
  for (const [way, sse] of Object.entries(ways))
    for (const length of [1_000, 300_000])
      test(`of ${length} bytes under ${way} come back, and cannot be read where they lie`, async () => {
        const Body = text(length)
        const Key = `${way}/${length}`
        await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...sse }))
        const shown = way === 'a key of the client' ? ways[way] : {}
        const got = await s3.send(new GetObjectCommand({ Bucket, Key, ...shown }))
        assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body)
        assert.deepEqual(readable(), [])
      })

  test('of an upload in parts cannot be read, neither before nor after it is completed', async () => {
    const Body = text(5 * 2 ** 20)
    const at = { Bucket, Key: 'in parts' }
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at, ...ways['a key of the account'] }))
    const Parts: CompletedPart[] = []
    for (const PartNumber of [1, 2]) {
      const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }))
      Parts.push({ ETag, PartNumber })
    }
    assert.deepEqual(readable(), [])
    await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }))
    assert.deepEqual(readable(), [])
  })

  test('can be read where a server lays down what it is sent', async () => {
    const folder = mkdtempSync(join(dir, 'bare-'))
    const bare = await bareFileServer(folder)
    const client = new S3Client({ endpoint: bare.endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
    try {
      await client.send(new PutObjectCommand({ Bucket, Key: 'in clear', Body: text(300_000) }))
    } finally {
      client.destroy()
      bare.close()
    }
    assert.deepEqual(readableIn({ data: folder, told: {} }, []), ['a value that a test marked (as it is) can be read in object'])
  })
})
