import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { WireRequest } from './request.ts'
import { createSocketServer } from './server.ts'

const mebi = 1024 * 1024

/** Answers 413 to what is over 64 KiB, 200 to anything else: as the wires do. */
async function connected(t: { after(run: () => void): void }): Promise<Socket> {
  const folder = mkdtempSync(join(tmpdir(), 'long-body-'))
  const route = (request: WireRequest) => ({
    maximumBytes: 65_536,
    answer: async () => ({ status: request.bodyTooLong ? 413 : 200, body: 'said' }),
  })
  const log = { info: () => undefined, warn: () => undefined, error: (_event: string, cause: unknown) => assert.fail(String(cause)) }
  const server = createSocketServer({ pipeline: { serves: () => true, route }, log })
  server.listen(join(folder, 's'))
  await once(server, 'listening')
  const socket = connect(join(folder, 's'))
  t.after(() => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return socket
}

/** What is answered next, to its last byte. */
async function answerOn(socket: Socket): Promise<string> {
  let text = ''
  while (!text.endsWith('said')) {
    const pieces: readonly unknown[] = await once(socket, 'data')
    text += String(pieces[0])
  }
  return text
}

async function send(socket: Socket, bytes: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.write(Buffer.alloc(bytes, 'x'), error => (error ? reject(error) : resolve()))
  return promise
}

describe('a body beyond all measure', () => {
  test('is refused before it has ended, its rest is dropped, and the connection goes on', async t => {
    const socket = await connected(t)
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${40 * mebi}\r\n\r\n`)
    const refused = answerOn(socket)
    await send(socket, 17 * mebi)
    assert.match(await refused, /^HTTP\/1\.1 413 /)
    await send(socket, 23 * mebi)
    const next = answerOn(socket)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    assert.match(await next, /^HTTP\/1\.1 200 /)
  })

  test('is refused at its end where it is shorter than that', async t => {
    const socket = await connected(t)
    const refused = answerOn(socket)
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${mebi}\r\n\r\n`)
    await send(socket, mebi)
    assert.match(await refused, /^HTTP\/1\.1 413 /)
  })
})
