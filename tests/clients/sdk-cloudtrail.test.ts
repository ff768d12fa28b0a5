// Trails of an account over TLS, by Amazon's own client: what is looked up and what is carried are the audit's own rows.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import {
  CreateTrailCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  LookupEventsCommand,
  paginateLookupEvents,
  StartLoggingCommand,
  StopLoggingCommand,
  type Event,
} from '@aws-sdk/client-cloudtrail'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { awsClients, type AwsPrincipal } from './aws.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment, clientEnvironment } = instance
const at = { endpoint: clientEnvironment['AWS_ENDPOINT_URL'] ?? '', ca: readFileSync(environment.caFile, 'utf8') }
const clientsOf = (principal: AwsPrincipal) => awsClients(at, principal)
type Clients = ReturnType<typeof clientsOf>

const added = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() })
async function account(accountId: string) {
  await instance.ask('aws', 'account', 'add', accountId)
  const user = async (name: string, ...more: readonly string[]) =>
    clientsOf(added.parse(await instance.ask('aws', 'user', 'add', name, '--account', accountId, ...more)))
  return { accountId, alice: await user('alice', '--administrator'), bob: await user('bob') }
}

const recordShape = z.looseObject({
  eventID: z.string(),
  eventName: z.string(),
  eventSource: z.string(),
  awsRegion: z.string(),
  recipientAccountId: z.string(),
})
type Row = z.output<typeof recordShape>
const audit = z.object({ rows: z.array(z.looseObject({ cloudTrail: recordShape.optional() })) })

/** Records of the audit's rows of an account, oldest first. */
async function rowsOf(accountId: string): Promise<readonly Row[]> {
  const { rows } = audit.parse(await instance.ask('audit', 'query', '--since', '1h'))
  return rows.flatMap(({ cloudTrail }) => (cloudTrail?.recipientAccountId === accountId ? [cloudTrail] : []))
}

/** Makes a key, names, uses, withholds and ends it; one call that its caller may not make. */
async function aHandful({ alice, bob }: { readonly alice: Clients; readonly bob: Clients }, name: string): Promise<string> {
  const { KeyMetadata } = await alice.kms.send(new CreateKeyCommand({ Description: name }))
  const KeyId = KeyMetadata?.KeyId ?? ''
  await alice.kms.send(new CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId: KeyId }))
  const Plaintext = new TextEncoder().encode('unseen')
  const EncryptionContext = { purpose: name }
  const { CiphertextBlob } = await alice.kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))
  await alice.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
  await assert.rejects(bob.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext })), { name: 'AccessDeniedException' })
  await assert.rejects(alice.kms.send(new DescribeKeyCommand({ KeyId: 'alias/none' })), { name: 'NotFoundException' })
  await alice.kms.send(new DisableKeyCommand({ KeyId }))
  await alice.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))
  return KeyId
}
const handful = ['CreateKey', 'CreateAlias', 'Encrypt', 'Decrypt', 'Decrypt', 'DescribeKey', 'DisableKey', 'ScheduleKeyDeletion']

const parsed = (text: string | undefined): unknown => JSON.parse(text ?? 'null')

describe('events, by @aws-sdk/client-cloudtrail', () => {
  test('are the audit’s rows, one for one, newest first, in pages', async () => {
    const { accountId, alice, bob } = await account('303030303030')
    await aHandful({ alice, bob }, 'looked-up')
    const events: Event[] = []
    for await (const page of paginateLookupEvents({ client: alice.trails, pageSize: 3 }, {})) events.push(...(page.Events ?? []))
    const rows = (await rowsOf(accountId)).filter(({ eventName }) => eventName !== 'LookupEvents')
    assert.deepEqual(
      rows.filter(({ eventSource }) => eventSource === 'kms.amazonaws.com').map(({ eventName }) => eventName),
      handful,
    )
    const found = events.filter(({ EventName }) => EventName !== 'LookupEvents')
    assert.deepEqual(
      found.map(({ CloudTrailEvent }) => parsed(CloudTrailEvent)),
      rows.toReversed(),
    )
    assert.deepEqual(
      found.map(({ EventId, EventName, EventSource }) => [EventId, EventName, EventSource]),
      rows.toReversed().map(({ eventID, eventName, eventSource }) => [eventID, eventName, eventSource]),
    )
    const LookupAttributes = [{ AttributeKey: 'Username' as const, AttributeValue: 'bob' }]
    const { Events = [] } = await alice.trails.send(new LookupEventsCommand({ LookupAttributes }))
    const [refused] = Events.map(({ CloudTrailEvent }) => z.looseObject({}).parse(parsed(CloudTrailEvent)))
    assert.equal(Events.length, 1)
    assert.equal(refused?.['errorCode'], 'AccessDenied')
    assert.match(String(refused['errorMessage']), /user\/bob is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:/)
    await assert.rejects(bob.trails.send(new LookupEventsCommand({})), { name: 'AccessDeniedException' })
  })
})

const digestShape = z.object({
  digestEndTime: z.string(),
  digestS3Bucket: z.string(),
  digestS3Object: z.string(),
  digestPublicKeyFingerprint: z.string(),
  previousDigestS3Object: z.string().nullable(),
  previousDigestHashValue: z.string().nullable(),
  previousDigestSignature: z.string().nullable(),
  logFiles: z.array(z.object({ s3Object: z.string(), hashValue: z.string() })),
})

interface Stored {
  readonly text: string
  readonly metadata: Readonly<Record<string, string>>
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a trail, by @aws-sdk/client-cloudtrail', () => {
  const Bucket = 'records-of-a-trail'
  const read = async ({ s3 }: Clients, Key: string): Promise<Stored> => {
    const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return { text: gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString(), metadata: Metadata }
  }
  const filesIn = async ({ s3 }: Clients, accountId: string, kind: string): Promise<readonly string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `AWSLogs/${accountId}/${kind}/` }))
    return Contents.map(({ Key = '' }) => Key)
  }

  /** From start to stop, and until what it took lies in the bucket. */
  async function recorded(clients: Clients, Name: string, run: () => Promise<unknown>): Promise<void> {
    await clients.trails.send(new StartLoggingCommand({ Name }))
    await run()
    await clients.trails.send(new StopLoggingCommand({ Name }))
    const stopped = Date.now()
    for (;;) {
      const { LatestDigestDeliveryTime, LatestDeliveryError } = await clients.trails.send(new GetTrailStatusCommand({ Name }))
      assert.equal(LatestDeliveryError, undefined)
      if (LatestDigestDeliveryTime !== undefined && LatestDigestDeliveryTime.getTime() >= stopped - 1_000) return
      assert(Date.now() < stopped + 30_000, 'a digest within half a minute')
      await pause(200)
    }
  }

  test('lays the audit’s rows into its bucket, and signs what it laid there', async () => {
    const house = await account('313131313131')
    const { accountId, alice } = house
    await alice.s3.send(new CreateBucketCommand({ Bucket }))
    const allow = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } }
    const Statement = [
      { ...allow, Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${Bucket}` },
      { ...allow, Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/AWSLogs/${accountId}/*` },
    ]
    await alice.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }))
    await alice.trails.send(new CreateTrailCommand({ Name: 'kept', S3BucketName: Bucket, EnableLogFileValidation: true }))
    await aHandful(house, 'before')
    await recorded(alice, 'kept', async () => aHandful(house, 'carried'))
    await aHandful(house, 'after')

    const objects = await filesIn(alice, accountId, 'CloudTrail')
    const files = new Map<string, string>()
    for (const object of objects) files.set(object, (await read(alice, object)).text)
    const records = [...files.values()].flatMap(text => z.object({ Records: z.array(recordShape) }).parse(parsed(text)).Records)
    const byId = new Map((await rowsOf(accountId)).map(row => [row.eventID, row]))
    for (const record of records) assert.deepEqual(record, byId.get(record.eventID))
    assert.equal(new Set(records.map(({ eventID }) => eventID)).size, records.length, 'each is carried once')
    assert.deepEqual(
      records.filter(({ eventSource }) => eventSource === 'kms.amazonaws.com').map(({ eventName }) => eventName),
      handful,
      'what was called while it recorded, and nothing else',
    )
    await verified(alice, accountId, files)
  })

  async function verified(clients: Clients, accountId: string, files: ReadonlyMap<string, string>): Promise<void> {
    const { PublicKeyList = [] } = await clients.trails.send(new ListPublicKeysCommand({}))
    const [object, ...others] = await filesIn(clients, accountId, 'CloudTrail-Digest')
    assert.deepEqual(others, [])
    const { text, metadata } = await read(clients, object ?? '')
    const digest = digestShape.parse(parsed(text))
    assert.deepEqual([digest.digestS3Bucket, digest.digestS3Object], [Bucket, object])
    assert.deepEqual(
      new Map(digest.logFiles.map(({ s3Object, hashValue }) => [s3Object, hashValue])),
      new Map([...files].map(([name, content]) => [name, sha256(content)])),
    )
    const known = PublicKeyList.find(({ Fingerprint }) => Fingerprint === digest.digestPublicKeyFingerprint)
    const key = createPublicKey({ key: Buffer.from(known?.Value ?? []), format: 'der', type: 'pkcs1' })
    const signedAs = (hash: string) =>
      [digest.digestEndTime, `${Bucket}/${object}`, hash, digest.previousDigestSignature ?? 'null'].join('\n')
    const signature = Buffer.from(metadata['signature'] ?? '', 'hex')
    assert(verify('sha256', Buffer.from(signedAs(sha256(text))), key, signature))
    assert(!verify('sha256', Buffer.from(signedAs(sha256(`${text} `))), key, signature), 'not of another digest')
  }
})
