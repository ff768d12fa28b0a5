// What is held to what was said of it: uploads and the objects that they become, their lists, and deletions of several objects.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { Answered } from '#protocols/http/testing.ts'
import { bucketHouse, type Headers } from './testing.ts'

async function house() {
  const { ground, send } = await bucketHouse()
  const begin = async (key: string, headers: Headers = {}): Promise<string> =>
    inTag('UploadId', await send('POST', `/${key}?uploads=`, { headers }))[0] ?? ''
  return { ground, send, begin }
}

const inTag = (name: string, { text }: Answered): readonly string[] =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value]) => value ?? '')
const codeIn = (answered: Answered): string => inTag('Code', answered)[0] ?? answered.status.toString()
const sentenceIn = (answered: Answered): string => inTag('Message', answered)[0]?.replaceAll('&apos;', "'") ?? ''

const fourBytes = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const crcOf = (text: string): string => fourBytes(crc32(text)).toString('base64')
const pieces = ['a'.repeat(5 * 1024 * 1024), 'the rest']

interface Part {
  readonly number?: number
  readonly etag: string
  readonly checksum?: string
  readonly as?: string
}

const documentOf = (parts: readonly Part[]): string =>
  `<CompleteMultipartUpload>${parts
    .map(({ number, etag, checksum, as = 'CRC32' }, at) => {
      const sum = checksum === undefined ? '' : `<Checksum${as}>${checksum}</Checksum${as}>`
      return `<Part><PartNumber>${number ?? at + 1}</PartNumber><ETag>${etag}</ETag>${sum}</Part>`
    })
    .join('')}</CompleteMultipartUpload>`

async function uploaded(type: 'COMPOSITE' | 'FULL_OBJECT') {
  const { send, begin } = await house()
  const id = await begin('o', { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': type })
  const parts: Part[] = []
  for (const [at, body] of pieces.entries()) {
    const made = await send('PUT', `/o?partNumber=${at + 1}&uploadId=${id}`, { body, headers: { 'x-amz-checksum-crc32': crcOf(body) } })
    parts.push({ etag: made.headers['etag'] ?? '', checksum: made.headers['x-amz-checksum-crc32'] ?? '' })
  }
  const complete = async (headers: Headers = {}, given: readonly Part[] = parts): Promise<Answered> =>
    send('POST', `/o?uploadId=${id}`, { body: documentOf(given), headers })
  return { send, parts, complete }
}

describe('the object that an upload becomes', () => {
  test('is told again to whoever completes again as before, until another object takes its place', async () => {
    const { send, parts, complete } = await uploaded('FULL_OBJECT')
    const first = await complete({ 'if-none-match': '*' })
    assert.equal(first.status, 200, first.text)
    const again = await complete({ 'if-none-match': '*' })
    assert.deepEqual([again.status, again.text], [200, first.text])
    assert.equal(codeIn(await complete({}, parts.slice(0, 1))), 'NoSuchUpload', 'of other parts it was not made')
    assert.equal((await send('PUT', '/o', { body: 'another' })).status, 200)
    assert.equal(codeIn(await complete()), 'NoSuchUpload')
    assert.equal((await send('GET', '/o')).text, 'another')
  })

  test('is the one that was meant: another checksum, size, mode or algorithm makes none', async () => {
    const { send, complete } = await uploaded('FULL_OBJECT')
    const size = pieces.join('').length
    const wrong: readonly (readonly [Headers, string, RegExp])[] = [
      [{ 'x-amz-checksum-crc32': crcOf('another') }, 'BadDigest', /^The crc32 you specified did not match the calculated checksum\.$/],
      [
        { 'x-amz-mp-object-size': `${size + 1}` },
        'InvalidRequest',
        new RegExp(`value ${size + 1} does not match what was computed: ${size}`),
      ],
      [{ 'x-amz-mp-object-size': '-1' }, 'InvalidRequest', /less than zero/],
      [{ 'x-amz-checksum-type': 'COMPOSITE' }, 'InvalidRequest', /created using the FULL_OBJECT checksum mode/],
      [{ 'x-amz-checksum-type': 'OTHER' }, 'InvalidRequest', /x-amz-checksum-type header is invalid/],
      [
        { 'x-amz-checksum-sha1': createHash('sha1').digest('base64') },
        'InvalidRequest',
        /expected checksum Type: crc32, actual checksum Type: sha1/,
      ],
    ]
    for (const [headers, code, sentence] of wrong) {
      const refused = await complete(headers)
      assert.equal(codeIn(refused), code, JSON.stringify(headers))
      assert.match(sentenceIn(refused), sentence)
      assert.equal((await send('HEAD', '/o')).status, 404)
    }
    const whole = crcOf(pieces.join(''))
    const made = await complete({ 'x-amz-checksum-crc32': whole, 'x-amz-checksum-type': 'FULL_OBJECT', 'x-amz-mp-object-size': `${size}` })
    assert.deepEqual([made.status, inTag('ChecksumCRC32', made), inTag('ChecksumType', made)], [200, [whole], ['FULL_OBJECT']])
  })

  test('of checksums of parts is made of each of them: what is missing, wrong or of another kind is refused', async () => {
    const { send, parts, complete } = await uploaded('COMPOSITE')
    const [first, second] = parts
    assert(first !== undefined && second !== undefined)
    const given: readonly (readonly [readonly Part[], string])[] = [
      [[first, { etag: second.etag }], 'InvalidRequest'],
      [[first, { ...second, checksum: crcOf('another') }], 'InvalidPart'],
      [[first, { ...second, as: 'CRC32C' }], 'BadDigest'],
    ]
    for (const [wrong, code] of given) assert.equal(codeIn(await complete({}, wrong)), code)
    assert.equal(codeIn(await complete({ 'x-amz-checksum-crc32': crcOf('') })), 'BadDigest')
    assert.equal(codeIn(await complete({ 'x-amz-checksum-crc32': 'none' })), 'InvalidRequest')
    const sums = Buffer.concat(pieces.map(text => fourBytes(crc32(text))))
    const composite = `${fourBytes(crc32(sums)).toString('base64')}-2`
    assert.equal(codeIn(await complete({ 'x-amz-checksum-crc32': composite.replace('-2', '-3') })), 'BadDigest')
    const made = await complete({ 'x-amz-checksum-crc32': composite, 'x-amz-checksum-type': 'COMPOSITE' })
    assert.deepEqual([made.status, inTag('ChecksumCRC32', made)], [200, [composite]])
    const asked = async (headers: Headers) =>
      send('GET', '/o?attributes=', { headers: { 'x-amz-object-attributes': 'ObjectParts', ...headers } })
    const page = await asked({ 'x-amz-max-parts': '1' })
    assert.deepEqual(
      ['PartsCount', 'IsTruncated', 'NextPartNumberMarker', 'PartNumber', 'Size', 'ChecksumCRC32'].map(name => inTag(name, page)[0]),
      ['2', 'true', '1', '1', `${pieces[0]?.length}`, crcOf(pieces[0] ?? '')],
    )
    const rest = await asked({ 'x-amz-part-number-marker': '1' })
    assert.deepEqual([inTag('IsTruncated', rest), inTag('PartNumber', rest)], [['false'], ['2']])
    assert.equal(codeIn(await asked({ 'x-amz-max-parts': 'all' })), 'InvalidArgument')
  })
})

describe('the list of uploads', () => {
  test('is walked to its end by name and id, also where the upload that a page ended with is gone', async () => {
    const { ground, send, begin } = await house()
    const ids: string[] = []
    for (const key of ['a', 'b', 'b', 'b', 'd']) {
      ids.push(await begin(key))
      ground.clock.advance(1)
    }
    const seen: string[] = []
    let [key, id] = ['', '']
    for (let pages = 0; pages < 9; pages += 1) {
      const page = await send('GET', `?uploads=&max-uploads=2&key-marker=${key}&upload-id-marker=${id}`)
      seen.push(...inTag('UploadId', page))
      if (inTag('IsTruncated', page)[0] !== 'true') break
      ;[key = '', id = ''] = [inTag('NextKeyMarker', page)[0], inTag('NextUploadIdMarker', page)[0]]
      assert.equal((await send('DELETE', `/${key}?uploadId=${id}`)).status, 204)
    }
    assert.deepEqual(seen, ids)
    assert.deepEqual(inTag('UploadId', await send('GET', `?uploads=&upload-id-marker=${ids.at(-1)}`)), [ids[0], ids[2], ids[4]])
    assert.deepEqual(inTag('UploadId', await send('GET', '?uploads=&key-marker=b')), [ids[4]])
    const none = await send('GET', '?uploads=&max-uploads=0')
    assert.deepEqual([inTag('IsTruncated', none), inTag('UploadId', none)], [['false'], []])
    assert.equal(codeIn(await send('GET', '?uploads=&max-uploads=some')), 'InvalidArgument')
  })

  test('tells what lies below a delimiter once, and goes on behind it', async () => {
    const { send, begin } = await house()
    for (const key of ['a/1', 'a/2', 'b', 'c%201/x', 'c%201/y']) await begin(key)
    const first = await send('GET', '?uploads=&delimiter=%2F&max-uploads=1')
    assert.deepEqual(
      ['Prefix', 'Key', 'NextKeyMarker', 'IsTruncated'].map(name => inTag(name, first).at(-1)),
      ['a/', undefined, 'a/', 'true'],
    )
    const rest = await send('GET', '?uploads=&delimiter=%2F&key-marker=a%2F&encoding-type=url')
    assert.deepEqual([inTag('Key', rest), inTag('Prefix', rest).slice(1)], [['b'], ['c+1/']])
    assert.deepEqual(inTag('Key', await send('GET', '?uploads=&prefix=a%2F')), ['a/1', 'a/2'])
    assert.equal(codeIn(await send('GET', '?uploads=&encoding-type=base64')), 'InvalidArgument')
  })
})

test('an object is deleted among others only where it is the one that was meant', async () => {
  const { send } = await house()
  const etag = (await send('PUT', '/one', { body: 'one' })).headers['etag'] ?? ''
  await send('PUT', '/two', { body: 'two' })
  const ask = async (inner: string): Promise<Answered> => {
    const body = `<Delete>${inner}</Delete>`
    return send('POST', '?delete=', { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } })
  }
  const object = (key: string, more = ''): string => `<Object><Key>${key}</Key>${more}</Object>`
  const done = await ask(object('one', `<ETag>${etag}</ETag>`) + object('two', `<ETag>${etag}</ETag>`))
  assert.deepEqual([inTag('Key', done), inTag('Code', done)], [['one', 'two'], ['PreconditionFailed']])
  assert.deepEqual([(await send('HEAD', '/one')).status, (await send('HEAD', '/two')).status], [404, 200])
  assert.equal(codeIn(await ask(object('two', '<Size>3</Size>'))), 'NotImplemented')
  assert.equal(codeIn(await ask(object('x').repeat(1_001))), 'MalformedXML')
})

test('a new bucket has no list of who may what, and an object takes only the list that its owner has anyway', async () => {
  const { send } = await house()
  const acl = (name: string): { headers: Headers } => ({ headers: { 'x-amz-acl': name } })
  for (const [name, code] of [
    ['private', 'AccessControlListNotSupported'],
    ['public-read', 'AccessControlListNotSupported'],
    ['bucket-owner-full-control', '200'],
  ] as const) {
    assert.equal(codeIn(await send('PUT', '/o', { body: 'x', ...acl(name) })), code)
    assert.equal(codeIn(await send('PUT', '?acl=', acl(name))), code)
    assert.equal(
      codeIn(await send('PUT', '/o?acl=', acl(name))),
      name === 'bucket-owner-full-control' ? code : 'AccessControlListNotSupported',
    )
  }
  const made = async (name: string, ownership?: string) =>
    send('PUT', `-${name}`, { headers: { 'x-amz-acl': name, ...(ownership !== undefined && { 'x-amz-object-ownership': ownership }) } })
  assert.equal(codeIn(await made('public-read')), 'InvalidBucketAclWithObjectOwnership')
  assert.equal(codeIn(await made('public-read', 'ObjectWriter')), 'NotImplemented')
  assert.equal(codeIn(await made('private')), '200')
})
