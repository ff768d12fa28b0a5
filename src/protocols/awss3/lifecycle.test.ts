// Rules that end what is in a bucket: what may be said, and that the instance does it, when it is time and not before.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expireByLifecycle } from '#domain/objects/expire-by-lifecycle.ts'
import { system } from '#model/principal.ts'
import type { Answered } from '#protocols/http/testing.ts'
import { bucketHouse, type Sent } from './testing.ts'

const dayMs = 86_400_000

const put = (body: string, tagging?: string): Sent => (tagging === undefined ? { body } : { body, headers: { 'x-amz-tagging': tagging } })

async function house() {
  const { ground, send } = await bucketHouse()
  const { context } = ground
  const reaction = expireByLifecycle(context)
  return {
    ...ground,
    send,
    rule: async (...rules: readonly string[]) => send('PUT', '?lifecycle=', put(documentOf(...rules))),
    /** What the scheduler does when it looks; how often it did something. */
    look: async (): Promise<number> => {
      let done = 0
      for (const due of await reaction.sweep())
        if (await ground.run(system, async call => reaction.task.run(context, call, due), 'LifecycleExpire')) done += 1
      return done
    },
    there: async (path: string) => (await send('HEAD', path)).status === 200,
    listed: async (query: string, name: string) => inTag(name, await send('GET', query)),
  }
}

const documentOf = (...rules: readonly string[]): string =>
  `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules.map(rule => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`
const on = '<Status>Enabled</Status>'
const all = `${on}<Filter/>`
const days = (count: number): string => `<Expiration><Days>${count}</Days></Expiration>`
const versioned = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
const inTag = (name: string, { text }: Answered): readonly string[] =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value]) => value ?? '')
const codeIn = (answered: Answered): string => inTag('Code', answered)[0] ?? answered.status.toString()

describe('a lifecycle configuration', () => {
  test('is read as it was written, and is gone when it is deleted', async () => {
    const { send } = await house()
    const rules = [
      `<ID>old</ID><Prefix>logs/</Prefix>${on}${days(30)}`,
      `<ID>one</ID><Filter><Prefix>a/</Prefix></Filter><Status>Disabled</Status><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>`,
      `<ID>and</ID><Filter><And><Prefix>b</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter>${on}` +
        `<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>`,
      `<ID>abort</ID><Filter></Filter>${on}<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
      `<ID>markers</ID><Filter></Filter>${on}<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`,
    ]
    assert.equal(codeIn(await send('GET', '?lifecycle=')), 'NoSuchLifecycleConfiguration')
    assert.equal((await send('PUT', '?lifecycle=', put(documentOf(...rules)))).status, 200)
    const read = await send('GET', '?lifecycle=')
    assert.equal(read.text.replace(/^<\?xml[^>]*\?>\n/, ''), documentOf(...rules))
    assert.equal((await send('DELETE', '?lifecycle=')).status, 204)
    assert.equal(codeIn(await send('GET', '?lifecycle=')), 'NoSuchLifecycleConfiguration')
  })

  test('that cannot be, or that moves what has nowhere to go, is refused, and none of it is kept', async () => {
    const { rule, send } = await house()
    const transition = '<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>'
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [[], 'MalformedXML'],
      [[`${all}${transition}${days(60)}`], 'InvalidStorageClass'],
      [[all], 'InvalidRequest'],
      [[`${all}${days(0)}`], 'InvalidArgument'],
      [[`${all}<Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>`], 'InvalidArgument'],
      [[`${all}<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`], 'MalformedXML'],
      [[`<Status>on</Status><Filter/>${days(1)}`], 'MalformedXML'],
      [[`${on}${days(1)}`], 'MalformedXML'],
      [[`${all}<Prefix>a</Prefix>${days(1)}`], 'MalformedXML'],
      [[`<ID>a</ID>${all}${days(1)}`, `<ID>a</ID>${all}${days(2)}`], 'InvalidArgument'],
      [[`<ID>${'a'.repeat(256)}</ID>${all}${days(1)}`], 'InvalidArgument'],
      [
        [
          `${on}<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
        ],
        'InvalidRequest',
      ],
      [Array.from({ length: 1_001 }, () => `${all}${days(1)}`), 'MalformedXML'],
    ]
    for (const [rules, code] of wrong) assert.equal(codeIn(await rule(...rules)), code, rules.join())
    assert.equal(codeIn(await send('GET', '?lifecycle=')), 'NoSuchLifecycleConfiguration')
    assert.equal((await send('PUT', '?replication=', put('<ReplicationConfiguration/>'))).status, 501)
  })
})

describe('what a rule ends', () => {
  test('says of an upload when it will be aborted, and by which rule', async () => {
    const { send, rule, clock } = await house()
    const abort = (n: number): string =>
      `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${n}</DaysAfterInitiation></AbortIncompleteMultipartUpload>`
    await rule(`<ID>slow</ID>${all}${abort(7)}`, `<ID>a rule</ID>${on}<Filter><Prefix>logs/</Prefix></Filter>${abort(2)}`)
    const said = ({ headers }: Answered): readonly unknown[] => [headers['x-amz-abort-date'], headers['x-amz-abort-rule-id']]
    const midnight = new Date((Math.floor((clock.now() + 2 * dayMs) / dayMs) + 1) * dayMs).toUTCString()
    const begun = await send('POST', '/logs/a?uploads=')
    assert.deepEqual(said(begun), [midnight, 'a%20rule'])
    const id = /<UploadId>([^<]*)</.exec(begun.text)?.[1]
    assert.deepEqual(said(await send('GET', `/logs/a?uploadId=${id}`)), [midnight, 'a%20rule'])
    assert.equal(said(await send('POST', '/other?uploads='))[1], 'slow')
    await send('DELETE', '?lifecycle=')
    assert.deepEqual(said(await send('GET', `/logs/a?uploadId=${id}`)), [undefined, undefined])
  })

  test('is gone at the midnight after its days, with its bytes, and nothing else is', async () => {
    const { send, rule, look, there, clock, rows } = await house()
    await send('PUT', '/logs/a', put('a'))
    await send('PUT', '/logs/kept', put('a', 'keep=1'))
    await send('PUT', '/other', put('a'))
    await rule(`<ID>r</ID>${on}<Filter><Prefix>logs/a</Prefix></Filter>${days(2)}`, `<Status>Disabled</Status><Filter/>${days(1)}`)
    const midnight = (Math.floor((clock.now() + 2 * dayMs) / dayMs) + 1) * dayMs
    const head = await send('HEAD', '/logs/a')
    assert.match(head.headers['x-amz-expiration'] ?? '', /^expiry-date="[^"]* 00:00:00 GMT", rule-id="r"$/)
    assert.equal((await send('HEAD', '/other')).headers['x-amz-expiration'], undefined)
    clock.advance(midnight - 1 - clock.now())
    assert.equal(await look(), 0)
    assert.equal(await there('/logs/a'), true)
    clock.advance(60 * 60_000)
    assert.equal(await look(), 1)
    assert.deepEqual([await there('/logs/a'), await there('/logs/kept'), await there('/other')], [false, true, true])
    assert.equal(rows().filter(row => row['operation'] === 'LifecycleExpire' && row['writes'] !== undefined).length, 1)
    clock.advance(60 * 60_000)
    assert.equal(await look(), 0, 'it is done once')
  })

  test('of a bucket with versions gets a marker; what is no longer the newest goes after its own days, but for as many as are kept', async () => {
    const { send, rule, look, there, listed, clock } = await house()
    await send('PUT', '?versioning=', put(versioned))
    for (const body of ['1', '2', '3', '4']) {
      await send('PUT', '/o', put(body))
      clock.advance(1_000)
    }
    await rule(
      `${all}${days(5)}<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>`,
    )
    assert.equal(await look(), 0)
    clock.advance(2 * dayMs)
    assert.equal(await look(), 1)
    assert.equal((await listed('?versions=', 'VersionId')).length, 2)
    assert.equal(await there('/o'), true)
    clock.advance(4 * dayMs)
    assert.equal(await look(), 1)
    assert.equal(await there('/o'), false)
    assert.deepEqual((await listed('?versions=', 'IsLatest')).toSorted(), ['false', 'false', 'true'])
    // The version that the marker followed takes the place of the one that was kept.
    clock.advance(2 * dayMs)
    assert.equal(await look(), 1)
    assert.equal((await listed('?versions=', 'VersionId')).length, 2)
  })

  test('are markers that nothing is behind, and uploads that nobody completed', async () => {
    const { send, rule, look, listed, clock, objectStore } = await house()
    await send('PUT', '?versioning=', put(versioned))
    await send('PUT', '/o', put('x'))
    const [version = ''] = await listed('?versions=', 'VersionId')
    await send('DELETE', '/o')
    await send('POST', '/parts?uploads=')
    const [id = ''] = await listed('?uploads=', 'UploadId')
    assert.equal((await send('PUT', `/parts?partNumber=1&uploadId=${id}`, put('part'))).status, 200)
    await rule(
      `${all}<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>` +
        '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
    )
    assert.equal(await look(), 0, 'a version is behind it')
    await send('DELETE', `/o?versionId=${version}`)
    clock.advance(60 * 60_000)
    assert.equal(await look(), 1)
    assert.deepEqual(await listed('?versions=', 'VersionId'), [])
    assert.equal((await listed('?uploads=', 'UploadId')).length, 1)
    clock.advance(2 * dayMs)
    assert.equal(await look(), 1)
    assert.equal((await listed('?uploads=', 'UploadId')).length, 0)
    assert(objectStore.kept.size > 0, 'bytes go by the outbox, after the commit')
  })

  test('is what its filter is for: tags, all of them, and sizes', async () => {
    const { send, rule, look, there, clock } = await house()
    await send('PUT', '/small', put('x', 'a=1&b=2'))
    await send('PUT', '/large', put('x'.repeat(100), 'a=1&b=2'))
    await send('PUT', '/half', put('x'.repeat(100), 'a=1'))
    const tags = '<Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag>'
    await rule(`${on}<Filter><And>${tags}<ObjectSizeGreaterThan>10</ObjectSizeGreaterThan></And></Filter>${days(1)}`)
    clock.advance(3 * dayMs)
    await look()
    assert.deepEqual([await there('/small'), await there('/large'), await there('/half')], [true, false, true])
  })

  test('of many objects goes in several commits', async () => {
    const { send, rule, look, listed, clock } = await house()
    for (let made = 0; made < 410; made += 1) await send('PUT', `/o${made}`, put(''))
    await rule(`${all}<Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration>`)
    clock.advance(60_000)
    assert.equal(await look(), 3)
    assert.deepEqual(await listed('?list-type=2', 'Key'), [])
  })
})
