import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import type { Answer } from './answer.ts'
import type { WireRequest } from './request.ts'
import { createSocketServer } from './server.ts'

type Handle = (incoming: AsyncIterable<Uint8Array>) => Promise<Answer>

/** An operation that takes its body as it comes, over a real socket. */
async function connected(t: { after(run: () => void): void }, handle: Handle): Promise<Socket> {
  const folder = mkdtempSync(join(tmpdir(), 'incoming-'))
  const route = (request: WireRequest) => ({
    maximumBytes: 0,
    streams: true,
    answer: async () => handle(request.incoming ?? assert.fail('no body to read')),
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

async function until(socket: Socket, seen: string): Promise<string> {
  let text = ''
  while (!text.includes(seen)) {
    const pieces: readonly unknown[] = await once(socket, 'data')
    text += String(pieces[0])
  }
  return text
}

const lengthOf: Handle = async incoming => {
  let length = 0
  for await (const piece of incoming) length += piece.length
  return { status: 200, body: `${length} came` }
}
const refusing: Handle = async () => ({ status: 403, body: 'may not' })

describe('a body that is taken as it comes', () => {
  test('is not asked for before its first byte is wanted', async t => {
    const wanted = Promise.withResolvers<void>()
    const socket = await connected(t, async incoming => {
      await wanted.promise
      return lengthOf(incoming)
    })
    socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    wanted.resolve()
    assert.match(await until(socket, '\r\n\r\n'), /^HTTP\/1\.1 100 Continue\r\n/)
    socket.write('hello')
    assert.match(await until(socket, 'came'), /^HTTP\/1\.1 200 [\s\S]*5 came$/)
  })

  test('of whom it is not wanted is refused unread, and the connection closes', async t => {
    const socket = await connected(t, refusing)
    socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    const [answer] = await Promise.all([until(socket, 'may not'), once(socket, 'end')])
    assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*Connection: close/i)
  })

  test('that was sent unasked is thrown away behind its refusal, and the connection goes on', async t => {
    const socket = await connected(t, refusing)
    socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`)
    await until(socket, 'may not')
    socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
    assert.match(await until(socket, 'may not'), /^HTTP\/1\.1 403 /)
  })

  test('that breaks off says so to who reads it', async t => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const begun = Promise.withResolvers<void>()
    const socket = await connected(t, async incoming => {
      try {
        for await (const _ of incoming) begun.resolve()
        return { status: 200 }
      } catch (error) {
        resolve(error)
        return { status: 400 }
      }
    })
    socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome')
    await begun.promise
    socket.destroy()
    const error = await promise
    assert(error instanceof Problem)
    assert.equal(error.body.code, 'BodyIncomplete')
  })
})
