import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { countParserRefusals } from './parser-refusals.ts'

/** Sends bytes as they are; answers the first line of what comes back. */
async function say(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  socket.on('error', () => undefined)
  socket.end(bytes)
  await once(socket, 'close')
  return heard.split('\r\n')[0] ?? ''
}

const head = 'GET / HTTP/1.1\r\nhost: a\r\n'

describe('what Node itself refuses', () => {
  test('is answered by Node as ever, and counted; a request is not', async t => {
    const server = createServer((_request, response) => response.end('x'))
    const refused = countParserRefusals(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    assert.equal(await say(port, `${head}connection: close\r\n\r\n`), 'HTTP/1.1 200 OK')
    assert.equal(refused(), 0)
    assert.equal(await say(port, 'nonsense\r\n\r\n'), 'HTTP/1.1 400 Bad Request')
    assert.equal(await say(port, `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`), 'HTTP/1.1 400 Bad Request')
    assert.equal(await say(port, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`), 'HTTP/1.1 431 Request Header Fields Too Large')
    assert.equal(refused(), 3)
    assert.equal(await say(port, 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n'), '')
    assert.equal(refused(), 4)
  })
})
