import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { footerBytes, vhdFooter } from '#domain/disks/vhd-footer.ts'
import type { Answered, Asked } from '#protocols/http/testing.ts'
import { accessWire, byteAt, type AccessWire } from './testing.ts'

const gib = 1024 ** 3
const mebi = 1024 ** 2
const size = gib + footerBytes

const expected = (from: number, to: number): Uint8Array => Uint8Array.from({ length: to - from }, (_, at) => byteAt(from + at))
const range = (text: string): Partial<Asked> => ({ headers: { range: text } })

function refusal({ status, headers, text }: Answered): readonly [number, string] {
  const [, code = ''] =
    /^<\?xml version="1.0" encoding="utf-8"\?><Error><Code>(\w+)<\/Code><Message>[^<]+<\/Message><\/Error>$/.exec(text) ?? []
  assert.equal(headers['x-ms-error-code'], code)
  return [status, code]
}

async function granted(): Promise<{ readonly wire: AccessWire; readonly url: string }> {
  const wire = await accessWire()
  return { wire, url: wire.urlOf(await wire.grant()) }
}

describe('a link', () => {
  test('leads to a page blob of the disk’s size and a footer, described without reading the disk', async () => {
    const { wire, url } = await granted()
    const answer = await wire.send(url, { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.deepEqual(
      [answer.headers['x-ms-blob-type'], answer.headers['accept-ranges'], answer.headers['x-ms-version']],
      ['PageBlob', 'bytes', '2018-03-28'],
    )
    assert.match(answer.headers['last-modified'] ?? '', /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/)
    assert.deepEqual(wire.asked, [])
  })

  test('gives a range across sectors and pieces, byte for byte, and reads no more than its sectors', async () => {
    const { wire, url } = await granted()
    const [from, to] = [mebi - 700, mebi + 1_300]
    const answer = await wire.send(url, range(`bytes=${from}-${to - 1}`))
    assert.deepEqual([answer.status, answer.headers['content-range']], [206, `bytes ${from}-${to - 1}/${size}`])
    assert.deepEqual(new Uint8Array(answer.bytes), expected(from, to))
    assert.deepEqual(wire.asked.slice(1), [`read ${mebi - 1024} 1024`, `read ${mebi} 1536`, 'close'])
  })

  test('ends in the footer of a fixed VHD, with or without bytes of the disk before it', async () => {
    const { wire, url } = await granted()
    const footer = vhdFooter(wire.ground.disk().value)
    const last = await wire.send(url, range(`bytes=-${footerBytes}`))
    assert.deepEqual(new Uint8Array(last.bytes), footer)
    assert.deepEqual(wire.asked, [], 'the disk was not opened')
    const both = await wire.send(url, range(`bytes=${gib - 3}-`))
    assert.deepEqual(new Uint8Array(both.bytes), Uint8Array.from([...expected(gib - 3, gib), ...footer]))
    const inside = await wire.send(url, { headers: { 'x-ms-range': `bytes=${gib + 10}-${gib + 19}`, range: 'bytes=0-1' } })
    assert.deepEqual(new Uint8Array(inside.bytes), footer.subarray(10, 20), 'x-ms-range wins')
  })

  test('refuses ranges that are none, and those behind the end', async () => {
    const { wire, url } = await granted()
    for (const text of ['bytes=5-4', 'bytes=0-1,4-5', 'pages=0-1', 'bytes=-', 'bytes=a-b', ''])
      assert.deepEqual(refusal(await wire.send(url, range(text))), [400, 'InvalidHeaderValue'], text)
    for (const text of [`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=-0']) {
      const answer = await wire.send(url, range(text))
      assert.deepEqual(refusal(answer), [416, 'InvalidRange'], text)
      assert.equal(answer.headers['content-range'], `bytes */${size}`)
    }
    const cut = await wire.send(url, range(`bytes=${size - 1}-${size + 100}`))
    assert.equal(cut.headers['content-range'], `bytes ${size - 1}-${size - 1}/${size}`)
    assert.deepEqual(refusal(await wire.send(`${url}&comp=pagelist`)), [400, 'InvalidQueryParameterValue'])
  })

  test('goes on for who names what he has begun, under the same grant', async () => {
    const { wire, url } = await granted()
    const etag = (await wire.send(url, { method: 'HEAD' })).headers['etag'] ?? ''
    const onlyOf = async (tag: string) => wire.send(url, { headers: { range: 'bytes=0-9', 'if-match': tag } })
    assert.equal((await onlyOf(etag)).status, 206)
    assert.equal((await onlyOf('*')).status, 206)
    assert.deepEqual(refusal(await onlyOf(`"${crypto.randomUUID()}"`)), [412, 'ConditionNotMet'])
  })

  test('opens nothing to who has not all of it', async () => {
    const { wire, url } = await granted()
    const wrong = new URL(url)
    const sig = wrong.searchParams.get('sig') ?? ''
    wrong.searchParams.set('sig', sig.slice(0, -1) + (sig.endsWith('A') ? 'E' : 'A'))
    const other = new URL(url)
    other.searchParams.set('si', crypto.randomUUID())
    const without = (name: string): string => {
      const cut = new URL(url)
      cut.searchParams.delete(name)
      return cut.href
    }
    for (const one of [wrong.href, other.href, without('sig'), without('si'), `${url.split('?')[0] ?? ''}?sig=${'x'.repeat(2_000)}`])
      assert.deepEqual(refusal(await wire.send(one)), [403, 'AuthenticationFailed'])
    assert.equal(wire.entries('DiskAccessRead').length, 5)
    for (const row of wire.entries('DiskAccessRead')) assert.match(JSON.stringify(row), /"kind":"anonymous".*"allow":false/)
    assert.deepEqual(wire.asked, [])
  })

  test('is none at another disk’s host, container or blob, and takes no other method', async () => {
    const { wire, url } = await granted()
    const places = [url.replace(/md-.{4}/, 'md-0000'), url.replace(/:8443\/[0-9a-f]{4}/, ':8443/0000'), url.replace('/abcd?', '/abce?')]
    for (const place of [...places, url.replace('/abcd?', '?')])
      assert.deepEqual(refusal(await wire.send(place)), [404, 'ResourceNotFound'], place)
    for (const method of ['PUT', 'DELETE', 'POST'])
      assert.deepEqual(refusal(await wire.send(url, { method })), [405, 'UnsupportedHttpVerb'])
  })

  test('ends with its time, to the millisecond, and when it is taken back', async () => {
    const wire = await accessWire()
    const url = wire.urlOf(await wire.grant(60))
    wire.ground.clock.advance(59_999)
    assert.equal((await wire.send(url, range('bytes=0-0'))).status, 206)
    wire.ground.clock.advance(1)
    assert.deepEqual(refusal(await wire.send(url)), [403, 'AuthenticationFailed'])
    const next = wire.urlOf(await wire.grant(60))
    assert.equal((await wire.send(next, range('bytes=0-0'))).status, 206)
    assert.deepEqual(refusal(await wire.send(url)), [403, 'AuthenticationFailed'])
    await wire.revoke()
    assert.deepEqual(refusal(await wire.send(next)), [403, 'AuthenticationFailed'])
  })

  test('gives nothing while the key is out of use, and says so', async () => {
    const { wire, url } = await granted()
    await wire.ground.able(wire.ground.version, false)
    assert.deepEqual(refusal(await wire.send(url)), [403, 'KeyVaultEncryptionKeyNotFound'])
    assert.equal((await wire.send(url, { method: 'HEAD' })).status, 403)
    assert.deepEqual(wire.asked, [])
    await wire.ground.able(wire.ground.version, true)
    assert.equal((await wire.send(url, range('bytes=0-9'))).status, 206)
  })

  test('gives nothing of a disk that was closed to the network since', async () => {
    const { wire, url } = await granted()
    await wire.ground.putDisk('data', { encryptionType: undefined, networkAccessPolicy: 'DenyAll' })
    assert.deepEqual(refusal(await wire.send(url)), [403, 'AuthorizationFailure'])
  })

  for (const [what, end] of Object.entries({
    'is taken back': async (wire: AccessWire) => wire.revoke(),
    'has run out': async (wire: AccessWire) => wire.ground.clock.advance(600_000),
  }))
    test(`stops a read that is under way when it ${what}, at the next piece`, async () => {
      const wire = await accessWire(async (piece, own) => (piece === 2 ? end(own) : undefined))
      const url = wire.urlOf(await wire.grant())
      await assert.rejects(wire.send(url), /taken back or has run out/)
      assert.deepEqual(wire.asked.slice(1), [`read 0 ${mebi}`, `read ${mebi} ${mebi}`, `read ${2 * mebi} ${mebi}`, 'close'])
    })

  test('leaves one entry a request: who has it, the disk and the range, and never the signature', async () => {
    const { wire, url } = await granted()
    await wire.send(url, range('bytes=0-9'))
    const [row, ...more] = wire.entries('DiskAccessRead')
    const { id, access } = wire.ground.disk().value
    assert.deepEqual(more, [])
    assert.deepEqual([row?.['plane'], row?.['resourceId'], row?.['details']], ['diskaccess', id, { range: `bytes 0-9/${size}` }])
    assert.match(JSON.stringify(row), new RegExp(`"kind":"bearer","oid":"${access?.id ?? '-'}"`))
    const sig = new URL(url).searchParams.get('sig') ?? ''
    assert(sig.length === 43 && !JSON.stringify(wire.ground.rows()).includes(sig))
    assert(!JSON.stringify(wire.ground.disk()).includes(sig), 'the record has its digest')
  })
})
