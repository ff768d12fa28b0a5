import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parseSyslogTarget, type SyslogTarget } from '#model/syslog-target.ts'
import { syslogClient } from './syslog-client.ts'
import { webhookClient } from './webhook-client.ts'
import { webhookReceiver } from './webhook-testing.ts'

const receiver = await webhookReceiver()
after(async () => receiver[Symbol.asyncDispose]())
const { url, ca } = receiver
const message = { url, ca, headers: { 'webhook-id': 'msg_1' }, body: '{"a":"ä"}' }

describe('a message to the operator’s own address', () => {
  test('goes over TLS that the given authority vouches for, private addresses too', async () => {
    assert.deepEqual(await webhookClient.post(message), { status: 204 })
    const one = await receiver.message(0)
    assert.deepEqual([one.body, one.headers['webhook-id'], one.headers['content-length']], ['{"a":"ä"}', 'msg_1', '10'])
  })

  test('is not sent where nobody vouches for the receiver', async () => {
    const already = receiver.received.length
    await assert.rejects(webhookClient.post({ url, headers: {}, body: '' }), /127\.0\.0\.1/)
    const other = await webhookReceiver()
    await assert.rejects(webhookClient.post({ ...message, ca: other.ca }))
    await other[Symbol.asyncDispose]()
    assert.equal(receiver.received.length, already)
  })

  for (const wrong of ['http://127.0.0.1/a', 'https://u:p@127.0.0.1/a', 'https://127.0.0.1/a#b', 'nothing'])
    test(`is refused for ${wrong}`, async () => {
      await assert.rejects(webhookClient.post({ ...message, url: wrong }), /no https URL/)
    })

  test('tells a refusal by its status', async () => {
    receiver.refuse(1)
    assert.deepEqual(await webhookClient.post(message), { status: 500 })
  })
})

const shown = { severity: 4, at: 1_800_000_000_123, kind: 'alarm', text: '{"ä":1}' }
const wanted = /^<108>1 2027-01-15T08:00:00\.123Z \S+ keystead \d+ alarm - \uFEFF\{"ä":1\}$/

/** All that one connection brings. */
async function collected(server: Server): Promise<string> {
  const [socket] = (await once(server, 'connection')) as [AsyncIterable<Buffer>]
  return Buffer.concat(await Array.fromAsync(socket)).toString('utf8')
}

describe('a message to syslog (RFC 5424)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'syslog-'))
  after(() => rmSync(dir, { recursive: true }))

  for (const kind of ['tcp', 'unix'] as const)
    test(`goes with its length in front over ${kind}`, async () => {
      const server = createServer().listen(kind === 'unix' ? { path: join(dir, 's') } : { port: 0, host: '127.0.0.1' })
      await once(server, 'listening')
      const bound = server.address()
      const target: SyslogTarget =
        typeof bound === 'string' ? { kind: 'unix', path: bound } : { kind: 'tcp', host: '127.0.0.1', port: bound?.port ?? 0 }
      const [text] = await Promise.all([collected(server), syslogClient(target).send(shown)])
      server.close()
      const [, length = '', rest = ''] = /^(\d+) (.*)$/s.exec(text) ?? []
      assert.equal(Number(length), Buffer.byteLength(rest))
      assert.match(rest, wanted)
    })

  test('goes as one datagram over udp', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const [[bytes]] = await Promise.all([
      once(socket, 'message') as Promise<[Buffer]>,
      syslogClient({ kind: 'udp', host: '127.0.0.1', port: socket.address().port }).send(shown),
    ])
    socket.close()
    assert.match(bytes.toString('utf8'), wanted)
  })

  test('fails where nobody collects', async () => {
    await assert.rejects(syslogClient({ kind: 'unix', path: join(dir, 'nobody') }).send(shown))
  })

  test('has a target that is read strictly', () => {
    assert.deepEqual(parseSyslogTarget('tcp:log.example'), { kind: 'tcp', host: 'log.example', port: 601 })
    assert.deepEqual(parseSyslogTarget('tls:[::1]:7000'), { kind: 'tls', host: '::1', port: 7000 })
    for (const wrong of ['', 'tcp:', 'http:x', 'unix:x', 'udp:a b', 'udp:a:0', 'udp:a:65536'])
      assert.equal(parseSyslogTarget(wrong), undefined, wrong)
  })
})
