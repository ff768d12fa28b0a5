// What a request says of itself that cannot be: each refused by the service's own name of it, and nothing is done.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { bucketHouse, type Headers } from './testing.ts'

async function house() {
  const bucket = await bucketHouse()
  assert.equal((await bucket.send('PUT', '/key', { body: 'ten bytes.' })).status, 200)
  return bucket
}

const inTag = (name: string, { text }: Answered): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
const refusal = (answered: Answered) => [answered.status, inTag('Code', answered)]

describe('a client that says which checksum it sends', () => {
  test('sends that one', async () => {
    const { send } = await house()
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32('x'))
    const header = { 'x-amz-checksum-crc32': sum.toString('base64') }
    const put = async (headers: Headers) => refusal(await send('PUT', '/sum', { body: 'x', headers }))
    assert.deepEqual(await put({ 'x-amz-sdk-checksum-algorithm': 'CRC32' }), [400, 'InvalidRequest'])
    assert.deepEqual(await put({ 'x-amz-sdk-checksum-algorithm': 'SHA1', ...header }), [400, 'InvalidRequest'])
    assert.deepEqual(refusal(await send('GET', '/sum')), [404, 'NoSuchKey'])
    assert.deepEqual(await put({ 'x-amz-sdk-checksum-algorithm': 'CRC32', ...header }), [200, undefined])
  })
})

describe('a part that is copied', () => {
  test('is all of a range that the source has', async () => {
    const { send } = await house()
    const upload = inTag('UploadId', await send('POST', '/parts?uploads=')) ?? ''
    const copy = async (range: string): Promise<Answered> =>
      send('PUT', `/parts?partNumber=1&uploadId=${upload}`, {
        headers: { 'x-amz-copy-source': '/bucket/key', 'x-amz-copy-source-range': range },
      })
    for (const range of ['bytes=0-10', 'bytes=5-', 'bytes=-5', 'bytes=5-4', 'bytes=0-1,3-4', '0-4'])
      assert.deepEqual(refusal(await copy(range)), [400, 'InvalidArgument'], range)
    assert.match((await copy('bytes=0-10')).text, /not valid for source object of size: 10/)
    assert.deepEqual(refusal(await copy('bytes=0-9')), [200, undefined])
  })
})

describe('a reader', () => {
  test('does not say how what is there is encrypted', async () => {
    const { send } = await house()
    const headers = { 'x-amz-server-side-encryption': 'AES256' }
    assert.deepEqual(refusal(await send('GET', '/key', { headers })), [400, 'InvalidArgument'])
    assert.equal((await send('HEAD', '/key', { headers })).status, 400)
  })
})

test('a condition that did not hold is named, where there is one', async () => {
  const { send } = await house()
  const failed = async (headers: Headers, method = 'PUT') => inTag('Condition', await send(method, '/key', { headers, body: 'x' }))
  assert.equal(await failed({ 'if-none-match': '*' }), 'If-None-Match')
  assert.equal(await failed({ 'if-match': '"other"' }), 'If-Match')
  const two = await send('GET', '/key', { headers: { 'if-match': '"other"', 'if-none-match': '"more"' } })
  assert.deepEqual([two.status, inTag('Condition', two)], [412, undefined])
  const source = { 'x-amz-copy-source': '/bucket/key', 'x-amz-copy-source-if-match': '"other"' }
  assert.equal(inTag('Condition', await send('PUT', '/copy', { headers: source })), 'x-amz-copy-source-If-Match')
})

test('a version that nobody has is not told to be gone', async () => {
  const { send } = await house()
  const body = '<Delete><Object><Key>key</Key><VersionId>nonsense</VersionId></Object></Delete>'
  const told = await send('POST', '?delete=', { body, headers: { 'content-md5': hash('md5', body, 'base64') } })
  assert.deepEqual([told.status, inTag('Code', told), inTag('Deleted', told)], [200, 'NoSuchVersion', undefined])
  assert.equal((await send('GET', '/key')).status, 200)
})

describe('a signature', () => {
  test('stands in one place, and says what it is of', async () => {
    const { pipeline, root, signed } = await house()
    const plain = signed('GET', '/key', { payloadHash: hash('sha256', '', 'hex') })
    const both = await ask(pipeline, { ...plain, url: `${plain.url}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00` })
    assert.deepEqual(refusal(both), [400, 'InvalidArgument'])
    assert.match(both.text, /Only one auth mechanism allowed/)
    const { 'x-amz-content-sha256': _hash, ...without } = signed('GET', '/key').headers
    assert.deepEqual(refusal(await ask(pipeline, { ...plain, headers: without })), [400, 'InvalidRequest'])
    const tokened = signed('GET', '/key', {
      credentials: { ...root, sessionToken: 'nobody gave it' },
      payloadHash: hash('sha256', '', 'hex'),
    })
    assert.deepEqual(refusal(await ask(pipeline, tokened)), [400, 'InvalidToken'])
  })
})
