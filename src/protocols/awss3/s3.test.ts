import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { sealed } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import { sign } from '#protocols/aws/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'

const region = 'us-east-1'
const host = `s3.${region}.keystead.test`

interface Sent {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payloadHash?: string
  readonly as?: Credentials
  readonly host?: string
}

interface House {
  readonly ground: TestGround
  readonly pipeline: Pipeline
  readonly root: Credentials
  readonly send: (path: string, sent?: Sent) => Promise<Answered>
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function house(): Promise<House> {
  const ground = await testGround()
  const { root } = await testAccount(ground, '111122223333')
  const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
  const send: House['send'] = async (path, { method = 'GET', body, headers, payloadHash, as = root, host: at = host } = {}) =>
    ask(
      pipeline,
      sign({
        method,
        url: `https://${at}${path}`,
        credentials: as,
        service: 's3',
        region,
        at: ground.clock.now(),
        payloadHash: payloadHash ?? sha256(body ?? ''),
        headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body).toString() }) },
        ...(body !== undefined && { body }),
      }),
    )
  assert.equal((await send('/bucket', { method: 'PUT' })).status, 200)
  return { ground, pipeline, root, send }
}

const byText = (one = '', other = ''): number => (one < other ? -1 : 1)
const codeIn = ({ text }: Answered): string => /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? ''
const put = (body: string, headers: Readonly<Record<string, string>> = {}): Sent => ({ method: 'PUT', body, headers })

describe('an object', () => {
  test('comes back as it was put, with what was said of it, whole or in a range', async () => {
    const { send } = await house()
    const made = await send('/bucket/a%20b', put('0123456789', { 'content-type': 'text/plain', 'x-amz-meta-own': 'mine' }))
    assert.deepEqual([made.status, made.headers['x-amz-server-side-encryption']], [200, 'AES256'])
    assert.equal(made.headers['etag'], `"${createHash('md5').update('0123456789').digest('hex')}"`)
    const got = await send('/bucket/a%20b')
    assert.deepEqual(
      [got.status, got.text, got.headers['content-type'], got.headers['x-amz-meta-own']],
      [200, '0123456789', 'text/plain', 'mine'],
    )
    const part = await send('/bucket/a%20b', { headers: { range: 'bytes=2-4' } })
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '234', 'bytes 2-4/10'])
    assert.equal((await send('/bucket/a%20b', { headers: { range: 'bytes=-3' } })).text, '789')
    const beyond = await send('/bucket/a%20b', { headers: { range: 'bytes=10-' } })
    assert.deepEqual([beyond.status, codeIn(beyond)], [416, 'InvalidRange'])
    assert.equal((await send('/bucket/a%20b', { method: 'HEAD' })).headers['accept-ranges'], 'bytes')
  })

  test('is ciphertext where it lies, under no key that the caller has', async () => {
    const { ground, send } = await house()
    await send('/bucket/o', put('canary-canary-canary'.repeat(1_000)))
    const all = [...ground.objectStore.kept.values()]
    assert.equal(all.length, 1)
    assert(all.every(({ bytes }) => !Buffer.from(bytes).includes('canary')))
  })

  test('whose bytes were changed is not given, not even a part of it', async () => {
    const { ground, send } = await house()
    // Of a long one, what comes after the first chunks is found while it is sent.
    await send('/bucket/o', put('what was put'.repeat(2_000)))
    await send('/bucket/long', put('what was put'.repeat(40_000)))
    for (const at of ground.objectStore.kept.values()) {
      const bytes = Buffer.from(at.bytes)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      at.bytes = sealed(bytes)
    }
    assert.equal((await send('/bucket/o')).status, 500)
    await assert.rejects(send('/bucket/long'), /changed or are damaged/)
  })

  test('has an opaque name: dots, doubled slashes and percent signs are its own, and only what climbs out is refused', async () => {
    const { send } = await house()
    for (const key of ['a/../b', './c', 'd//e', 'f%2525', '%2Fg', 'a/b/../../c']) {
      assert.equal((await send(`/bucket/${key}`, put(key))).status, 200, key)
      assert.equal((await send(`/bucket/${key}`)).text, key)
    }
    for (const key of ['../x', 'a/../../x', '..']) assert.equal(codeIn(await send(`/bucket/${key}`, put('x'))), 'InvalidURI', key)
    const { text } = await send('/bucket?list-type=2')
    assert.deepEqual(
      [...text.matchAll(/<Key>([^<]*)</g)].map(([, key]) => key),
      ['./c', '/g', 'a/../b', 'a/b/../../c', 'd//e', 'f%25'],
    )
  })

  test('by its own host is the same', async () => {
    const { send } = await house()
    await send('/dir/o', { ...put('by name'), host: `bucket.${host}` })
    assert.equal((await send('/bucket/dir/o')).text, 'by name')
  })

  test('that is written while another writes it is written whole by one of them', async () => {
    const { ground, send } = await house()
    const bodies = ['a', 'b', 'c', 'd'].map(one => one.repeat(20_000))
    const answers = await Promise.all(bodies.map(async body => send('/bucket/o', { ...put(body), headers: { 'if-none-match': '*' } })))
    assert.deepEqual(answers.map(({ status }) => status.toString()).toSorted(byText), ['200', '412', '412', '412'])
    assert.equal((await send('/bucket/o')).text, bodies[answers.findIndex(({ status }) => status === 200)])
    assert(ground.objectStore.kept.size >= 1)
  })
})

describe('a body', () => {
  const chunks = (house: House, parts: readonly string[], spoil: (text: string, at: number) => string = text => text) => {
    const url = `https://${host}/bucket/o`
    const length = parts.join('').length
    const signed = sign({
      method: 'PUT',
      url,
      credentials: house.root,
      service: 's3',
      region,
      at: house.ground.clock.now(),
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      headers: { 'x-amz-decoded-content-length': length.toString(), 'content-encoding': 'aws-chunked' },
      body: 'x',
    })
    let before = signed.signature
    const framed = [...parts, ''].map((part, at) => {
      const text = `AWS4-HMAC-SHA256-PAYLOAD\n${signed.date}\n${signed.scope}\n${before}\n${sha256('')}\n${sha256(part)}`
      before = createHmac('sha256', signed.signingKey).update(text).digest('hex')
      return `${part.length.toString(16)};chunk-signature=${before}\r\n${spoil(part, at)}\r\n`
    })
    return ask(house.pipeline, { ...signed, body: framed.join('') })
  }

  test('that is signed in chunks is taken without them', async () => {
    const own = await house()
    const put = await chunks(own, ['a'.repeat(70_000), 'b'.repeat(10)])
    assert.equal(put.status, 200, put.text)
    const got = await own.send('/bucket/o')
    assert.deepEqual([got.text, got.headers['content-encoding']], ['a'.repeat(70_000) + 'b'.repeat(10), undefined])
  })

  test('of whose chunks one is another than was signed leaves nothing', async () => {
    const own = await house()
    const spoiled = await chunks(own, ['aaaa', 'bbbb'], (text, at) => (at === 1 ? 'bbbc' : text))
    assert.deepEqual([spoiled.status, codeIn(spoiled)], [403, 'SignatureDoesNotMatch'])
    assert.equal((await own.send('/bucket/o')).status, 404)
    assert.equal(own.ground.objectStore.kept.size, 0)
  })

  test('is held to its hash, its digest and its length, and what is not so leaves nothing', async () => {
    const { ground, send } = await house()
    const md5 = createHash('md5').update('other').digest('base64')
    for (const [sent, code] of [
      [{ ...put('bytes'), payloadHash: sha256('other') }, 'XAmzContentSHA256Mismatch'],
      [put('bytes', { 'content-md5': md5 }), 'BadDigest'],
      [put('bytes', { 'content-md5': 'short' }), 'InvalidDigest'],
      [put('bytes', { 'x-amz-checksum-crc32': 'AAAAAA==' }), 'BadDigest'],
      [put('bytes', { 'x-amz-checksum-sha256': 'AAAAAA==' }), 'InvalidRequest'],
      [put('bytes', { 'x-amz-server-side-encryption': 'aws:none' }), 'InvalidEncryptionAlgorithmError'],
      [put('bytes', { 'x-amz-acl': 'public-read' }), 'AccessControlListNotSupported'],
      [put('bytes', { 'x-amz-object-lock-mode': 'GOVERNANCE' }), 'NotImplemented'],
    ] as const)
      assert.equal(codeIn(await send('/bucket/o', sent)), code)
    assert.equal(ground.objectStore.kept.size, 0)
  })

  test('with a trailer is held to what follows it', async () => {
    const { send } = await house()
    const sent = (crc: string): Sent => ({
      method: 'PUT',
      body: `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${crc}\r\n\r\n`,
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' },
    })
    const good = await send('/bucket/o', sent('NhCmhg=='))
    assert.deepEqual([good.status, good.headers['x-amz-checksum-crc32']], [200, 'NhCmhg=='], good.text)
    assert.equal(codeIn(await send('/bucket/p', sent('AAAAAA=='))), 'BadDigest')
    assert.equal((await send('/bucket/p')).status, 404)
  })
})

describe('who may', () => {
  const getter = (...resources: readonly string[]) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: resources }],
  })

  test('is asked before anything is told: nobody, a stranger, and who may not list does not learn what is there', async () => {
    const { ground, pipeline, send } = await house()
    await send('/bucket/team/o', put('x'))
    const unsigned = await ask(pipeline, { url: `https://${host}/bucket/team/o` })
    assert.deepEqual([unsigned.status, codeIn(unsigned)], [403, 'AccessDenied'])
    const reader = await testUser(ground, { accountId: '111122223333', name: 'reader', policy: getter('arn:aws:s3:::bucket/team/*') })
    assert.equal((await send('/bucket/team/o', { as: reader })).text, 'x')
    for (const path of ['/bucket/other', '/bucket/team/none', '/bucket?list-type=2'])
      assert.deepEqual([(await send(path, { as: reader })).status, codeIn(await send(path, { as: reader }))], [403, 'AccessDenied'], path)
  })

  test('is everybody only where a policy says so and nothing blocks public access', async () => {
    const { pipeline, send } = await house()
    await send('/bucket/o', put('for all'))
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
        { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/secret*' },
      ],
    })
    const unsigned = async (key = 'o') => (await ask(pipeline, { url: `https://${host}/bucket/${key}` })).status
    assert.deepEqual([codeIn(await send('/bucket?policy=', { method: 'PUT', body: policy })), await unsigned()], ['AccessDenied', 403])
    const block = (restrict: boolean) =>
      `<PublicAccessBlockConfiguration><RestrictPublicBuckets>${restrict}</RestrictPublicBuckets></PublicAccessBlockConfiguration>`
    await send('/bucket?publicAccessBlock=', { method: 'PUT', body: block(false) })
    assert.equal((await send('/bucket?policy=', { method: 'PUT', body: policy })).status, 204)
    await send('/bucket/secret', put('not for all'))
    assert.deepEqual([await unsigned(), await unsigned('secret'), await unsigned('none')], [200, 403, 403])
    assert.match((await send('/bucket?policyStatus=')).text, /<IsPublic>true</)
    await send('/bucket?publicAccessBlock=', { method: 'PUT', body: block(true) })
    assert.equal(await unsigned(), 403)
  })

  test('has his body left unread where he may not', async () => {
    const { ground, send } = await house()
    const reader = await testUser(ground, { accountId: '111122223333', name: 'reader', policy: getter('*') })
    assert.equal((await send('/bucket/o', { ...put('x'), as: reader })).status, 403)
    assert.equal(ground.objectStore.kept.size, 0)
  })
})

describe('a list', () => {
  const names = ['a/1', 'a/2', 'b', 'c/x/1', 'c/y', '\u{1f600}', '\uffee']
  const keysIn = ({ text }: Answered): readonly string[] =>
    [...text.matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]*)</g)].map(([, key = '']) => key)

  test('is in the order of UTF-8, goes by prefix and delimiter, and on from page to page without a gap', async () => {
    const { send } = await house()
    for (const name of names) await send(`/bucket/${encodeURIComponent(name).replaceAll('%2F', '/')}`, put(name))
    const sorted = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    assert.deepEqual(keysIn(await send('/bucket?list-type=2')), sorted)
    assert.deepEqual(keysIn(await send('/bucket?delimiter=%2F&list-type=2&prefix=')), ['b', '\uffee', '\u{1f600}', 'a/', 'c/'])
    assert.deepEqual(keysIn(await send('/bucket?delimiter=%2F&list-type=2&prefix=c%2F')), ['c/y', 'c/x/'])
    for (const max of [1, 2, 3]) {
      const seen: string[] = []
      let token = ''
      do {
        const page = await send(`/bucket?${token}delimiter=%2F&list-type=2&max-keys=${max}`)
        assert(keysIn(page).length <= max)
        seen.push(...keysIn(page))
        const next = /<NextContinuationToken>([^<]*)</.exec(page.text)?.[1]
        token = next === undefined ? '' : `continuation-token=${encodeURIComponent(next)}&`
      } while (token !== '')
      assert.deepEqual(seen.toSorted(byText), ['a/', 'b', 'c/', '\u{1f600}', '\uffee'].toSorted(byText), `pages of ${max}`)
    }
    assert.equal(codeIn(await send('/bucket?continuation-token=AAAA&list-type=2')), 'InvalidArgument')
  })

  test('follows what comes and goes', async () => {
    const { send } = await house()
    await send('/bucket/a', put('x'))
    assert.deepEqual(keysIn(await send('/bucket')), ['a'])
    await send('/bucket/b', put('x'))
    await send('/bucket/a', { method: 'DELETE' })
    assert.deepEqual(keysIn(await send('/bucket')), ['b'])
  })
})

test('versions: what is overwritten or deleted stays, and the newest that is left comes back', async () => {
  const { send } = await house()
  const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await send('/bucket/o', put('before'))
  assert.equal((await send('/bucket?versioning=', { method: 'PUT', body: enabled })).status, 200)
  const [one, two] = [await send('/bucket/o', put('one')), await send('/bucket/o', put('two'))].map(
    ({ headers }) => headers['x-amz-version-id'] ?? '',
  )
  const marker = (await send('/bucket/o', { method: 'DELETE' })).headers['x-amz-version-id'] ?? ''
  const gone = await send('/bucket/o')
  assert.deepEqual([gone.status, codeIn(gone), gone.headers['x-amz-delete-marker']], [404, 'NoSuchKey', 'true'])
  assert.equal((await send('/bucket/o?versionId=null')).text, 'before')
  assert.equal((await send(`/bucket/o?versionId=${one}`)).text, 'one')
  assert.deepEqual([(await send(`/bucket/o?versionId=${marker}`)).status], [405])
  for (const query of ['versionId=nonsense', 'versionId='])
    for (const method of ['GET', 'DELETE']) {
      const refused = await send(`/bucket/o?${query}`, { method })
      assert.deepEqual([refused.status, codeIn(refused)], [400, 'InvalidArgument'], `${method} ${query}`)
    }
  const absent = await send(`/bucket/o?versionId=${'a'.repeat(32)}`)
  assert.deepEqual([absent.status, codeIn(absent)], [404, 'NoSuchVersion'], 'one that might be, and is not')
  const listed = [...(await send('/bucket?versions=')).text.matchAll(/<VersionId>([^<]*)</g)].map(([, id]) => id)
  assert.deepEqual(listed.toSorted(byText), [marker, two, one, 'null'].toSorted(byText))
  await send(`/bucket/o?versionId=${marker}`, { method: 'DELETE' })
  assert.equal((await send('/bucket/o')).text, 'two')
  await send(`/bucket/o?versionId=${two}`, { method: 'DELETE' })
  assert.equal((await send('/bucket/o')).text, 'one')
})

test("a key that is the customer's is kept nowhere and asked for again; another one is refused", async () => {
  const { ground, send } = await house()
  const shown = (key: Buffer): Readonly<Record<string, string>> => ({
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  })
  const [key, other] = [randomBytes(32), randomBytes(32)]
  await send('/bucket/o', put('mine', shown(key)))
  assert.equal((await send('/bucket/o', { headers: shown(key) })).text, 'mine')
  assert.equal(codeIn(await send('/bucket/o')), 'InvalidRequest')
  assert.equal(codeIn(await send('/bucket/o', { headers: shown(other) })), 'AccessDenied')
  assert.equal(
    codeIn(await send('/bucket/o', { headers: { ...shown(key), 'x-amz-server-side-encryption-customer-key-md5': 'AAAA' } })),
    'InvalidArgument',
  )
  assert(!JSON.stringify(ground.rows()).includes(key.toString('base64')))
})

describe('a key of the account', () => {
  const keyed = async (bucketKey: boolean) => {
    const own = await house()
    const { context } = own.ground
    const made = await ask(
      createPipeline(context, awsKmsProtocol('keystead.test')),
      sign({
        method: 'POST',
        url: `https://kms.${region}.keystead.test/`,
        credentials: own.root,
        service: 'kms',
        region,
        at: own.ground.clock.now(),
        headers: { 'x-amz-target': 'TrentService.CreateKey', 'content-type': 'application/x-amz-json-1.1' },
        body: '{}',
      }),
    )
    const arn = textIn(objectIn(made.json['KeyMetadata'])['Arn'])
    const [, id = ''] = arn.split('/')
    const able = async (enabled: boolean) =>
      own.ground.run(system, async call => {
        const place = await regionCompartment(context, call, { accountId: '111122223333', region })
        const held = place && (await context.accountKeys.get(call, place, [id]))
        if (held !== undefined) context.accountKeys.update(call, held, { ...held.value, enabled })
      })
    const headers = {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': arn,
      ...(bucketKey && { 'x-amz-server-side-encryption-bucket-key-enabled': 'true' }),
    }
    const uses = (operation: string): number => own.ground.rows().filter(row => row['operation'] === operation).length
    return { ...own, arn, able, headers, uses }
  }

  test('gives each object a data key of its own by a call of its own, and opens it at each reading', async () => {
    const { send, headers, arn, uses } = await keyed(false)
    for (const name of ['a', 'b']) {
      const made = await send(`/bucket/${name}`, put(name, headers))
      assert.deepEqual([made.status, made.headers['x-amz-server-side-encryption-aws-kms-key-id']], [200, arn], made.text)
      assert.notEqual(made.headers['etag'], `"${createHash('md5').update(name).digest('hex')}"`)
    }
    assert.equal((await send('/bucket/a')).text + (await send('/bucket/b')).text, 'ab')
    await send('/bucket/a', { method: 'HEAD' })
    assert.deepEqual([uses('GenerateDataKey'), uses('Decrypt')], [2, 2])
  })

  test('gives a bucket one data key for many objects, which opens nothing when the key is disabled', async () => {
    const { send, headers, able, uses } = await keyed(true)
    for (const name of ['a', 'b', 'c']) {
      const made = await send(`/bucket/${name}`, put(name, headers))
      assert.deepEqual([made.status, made.headers['x-amz-server-side-encryption-bucket-key-enabled']], [200, 'true'], made.text)
    }
    assert.equal((await send('/bucket/a')).text + (await send('/bucket/b')).text + (await send('/bucket/c')).text, 'abc')
    assert.deepEqual([uses('GenerateDataKey'), uses('Decrypt')], [1, 1])
    await able(false)
    assert.equal(codeIn(await send('/bucket/a')), 'KMS.DisabledException')
    assert.equal(codeIn(await send('/bucket/d', put('d', headers))), 'KMS.DisabledException')
    await able(true)
    assert.equal((await send('/bucket/a')).text, 'a')
  })
})
