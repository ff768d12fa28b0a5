import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { regionForWriting } from '#domain/accounts/account-region.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround } from '#domain/testing.ts'
import { system, type Principal } from '#model/principal.ts'
import { cloudTrailFiles } from '#protocols/aws/cloud-trail-files.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { startCarrying, type BucketFile } from './carry.ts'
import { startTrail, stopTrail } from './keep-trail.ts'
import type { Trail } from './records.ts'

const accountId = '111122223333'
const place = { accountId, region: 'us-east-1' }
const alice: Principal = {
  kind: 'awsUser',
  id: 'AIDA',
  tenant: accountId,
  acting: {
    accountId,
    kind: 'user',
    arn: `arn:aws:iam::${accountId}:user/alice`,
    userId: 'AIDA',
    accessKeyId: 'AKIA',
    name: 'alice',
    sessionPolicies: [],
    tags: {},
  },
}
const logFile = z.object({ Records: z.array(z.looseObject({ eventID: z.string(), eventName: z.string() })) })
const digestFile = z.looseObject({
  digestEndTime: z.string(),
  digestS3Bucket: z.string(),
  digestS3Object: z.string(),
  digestPublicKeyFingerprint: z.string(),
  previousDigestSignature: z.string().nullable(),
  previousDigestHashValue: z.string().nullable(),
  logFiles: z.array(z.object({ s3Object: z.string(), hashValue: z.string() })),
})

async function carrying() {
  const ground = await testGround()
  const { context } = ground
  const objects = new Map<string, BucketFile>()
  let full = false
  const parts = {
    form: cloudTrailFiles,
    buckets: {
      async put(_call: unknown, file: BucketFile) {
        if (full) throw new Error('the bucket is gone')
        objects.set(file.object, file)
        return Promise.resolve()
      },
    },
  }
  const compartment = await ground.run(system, async call => regionForWriting(context, call, place))
  const value: Trail = {
    ...place,
    name: 'kept',
    createdAt: 0,
    bucket: 'records',
    allRegions: false,
    globalEvents: true,
    digests: true,
    tags: [],
    logging: false,
    position: {},
    delivery: {},
    chains: {},
  }
  await ground.run(system, async call => void context.trails.create(call, compartment, { path: ['kept'], value }))
  const held = () => context.trails.peek()[0] ?? assert.fail()
  const inFiles = (kind: string) => [...objects].filter(([object]) => object.includes(`/${kind}/`))
  return {
    ground,
    held,
    objects,
    fill: (now: boolean) => void (full = now),
    start: () => startCarrying({ ...context, log: { ...context.log, error: () => undefined } }, parts),
    change: async (how: 'start' | 'stop') =>
      ground.run(system, async call => {
        const trail = (await context.trails.get(call, compartment, ['kept'])) ?? assert.fail()
        if (how === 'start') await startTrail(context, call, trail)
        else await stopTrail(context, call, trail)
      }),
    did: async (operation: string, region = 'us-east-1') =>
      ground.run(alice, async call => void (call.trail = { region, readOnly: false, resources: [] }), operation),
    pass: async (ms: number) => {
      for (let left = ms; left > 0; left -= 500) {
        ground.clock.advance(500)
        for (let turns = 0; turns < 12; turns += 1) await turn()
      }
    },
    text: (object: string) => gunzipSync(objects.get(object)?.bytes ?? assert.fail()).toString('utf8'),
    logs: () => inFiles('CloudTrail').flatMap(([, { bytes }]) => logFile.parse(JSON.parse(gunzipSync(bytes).toString('utf8'))).Records),
    digests: () =>
      inFiles('CloudTrail-Digest').map(([object, { bytes, metadata }]) => {
        const text = gunzipSync(bytes).toString('utf8')
        return { object, text, metadata, value: digestFile.parse(JSON.parse(text)) }
      }),
  }
}

/** A pair is made on a thread of its own: virtual time does not wait for it. */
async function until(seen: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !seen() && performance.now() < end;) await turn()
  assert.ok(seen(), 'it never came')
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a trail', () => {
  test('carries what is recorded while it is started, each the record of its row, into its folders', async () => {
    const { ground, start, change, did, pass, logs, objects } = await carrying()
    start()
    await did('Before')
    await change('start')
    await did('First')
    await did('Elsewhere', 'eu-west-1')
    await pass(12_000)
    await did('Second')
    await pass(12_000)
    assert.deepEqual(
      logs().map(({ eventName }) => eventName),
      ['First', 'Second'],
    )
    const records = ground.rows().flatMap((row, at) => cloudTrailRecord(parseRow({ seq: at + 1, text: JSON.stringify(row) })) ?? [])
    for (const record of logs()) assert.deepEqual(record, JSON.parse(JSON.stringify(records.find(one => one.eventID === record.eventID))))
    for (const object of objects.keys())
      assert.match(
        object,
        /^AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2027\/01\/15\/111122223333_CloudTrail_us-east-1_20270115T\d{4}Z_[0-9a-f]{16}\.json\.gz$/,
      )
  })

  test('goes on after a crash where it was, and loses nothing while the bucket does not take it', async () => {
    const { held, start, change, did, pass, logs, fill } = await carrying()
    const first = start()
    await change('start')
    await did('One')
    await pass(12_000)
    fill(true)
    await did('Two')
    await pass(12_000)
    assert.equal(held().value.delivery.error, 'the bucket is gone')
    await first.stop()
    fill(false)
    start()
    await did('Three')
    await pass(12_000)
    assert.deepEqual(
      logs().map(({ eventName }) => eventName),
      ['One', 'Two', 'Three'],
    )
    assert.equal(held().value.delivery.error, undefined)
  })

  test('is digested by the hour: hashes of its files, signed, each digest naming the one before', async () => {
    const { ground, start, change, did, pass, digests, text } = await carrying()
    start()
    await change('start')
    await did('One')
    await pass(12_000)
    ground.clock.advance(3_600_000)
    await pass(1_000)
    await until(() => digests().length === 1)
    await pass(1_000)
    await did('Two')
    await pass(12_000)
    await change('stop')
    await did('After')
    await pass(3_000)
    await until(() => digests().length === 2)
    const [first, second, ...more] = digests()
    assert(first !== undefined && second !== undefined && more.length === 0)
    const [key] = ground.context.trailKeys.peek()
    const publicKey = createPublicKey({ key: Buffer.from(key?.value.publicKey ?? '', 'base64'), format: 'der', type: 'pkcs1' })
    for (const { value, text: said, metadata } of [first, second]) {
      const signed = [
        value.digestEndTime,
        `${value.digestS3Bucket}/${value.digestS3Object}`,
        sha256(said),
        value.previousDigestSignature ?? 'null',
      ].join('\n')
      assert(verify('sha256', Buffer.from(signed), publicKey, Buffer.from(metadata['signature'] ?? '', 'hex')))
      assert.equal(value.digestPublicKeyFingerprint, key?.value.fingerprint)
      for (const { s3Object, hashValue } of value.logFiles) assert.equal(hashValue, sha256(text(s3Object)))
      assert.equal(value.logFiles.length, 1)
    }
    assert.deepEqual([first.value.previousDigestSignature, second.value.previousDigestSignature], [null, first.metadata['signature']])
    assert.equal(second.value.previousDigestHashValue, sha256(first.text))
  })

  test('takes nothing of what is recorded once it is stopped, and begins anew where it is started again', async () => {
    const { held, start, change, did, pass, logs } = await carrying()
    start()
    await change('start')
    await did('One')
    await change('stop')
    await pass(500)
    await did('Two')
    await pass(3_000)
    await until(() => held().value.draining === undefined)
    assert.equal(held().value.logging, false)
    await change('start')
    await did('Three')
    await pass(15_000)
    assert.deepEqual(
      logs().map(({ eventName }) => eventName),
      ['One', 'Three'],
    )
  })
})
