import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { describe, test } from 'node:test'
import type { Answer } from './answer.ts'
import { createSocketServer } from './server.ts'

const mebi = 1024 * 1024

interface Served {
  readonly warnings: string[]
  readonly ask: (method?: string) => Promise<IncomingMessage>
}

/** One answer to everything, over a real socket. */
async function serving(t: { after(run: () => void): void }, answer: Answer): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'streamed-'))
  const warnings: string[] = []
  const server = createSocketServer({
    pipeline: { serves: () => true, route: () => ({ maximumBytes: 0, answer: async () => answer }) },
    log: {
      info: () => undefined,
      warn: (event, fields) => warnings.push(`${event} ${String(fields?.['because'])}`),
      error: (_event, cause) => assert.fail(String(cause)),
    },
  })
  server.listen(join(folder, 's'))
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return {
    warnings,
    async ask(method = 'GET') {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      request({ socketPath: join(folder, 's'), path: '/', method }, resolve)
        .on('error', reject)
        .end()
      return promise
    },
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  await finished(message)
  return Buffer.concat(chunks)
}

/** Until something has been seen that events bring about. */
async function until(seen: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!seen()) {
    assert(performance.now() < end, 'it never came')
    await new Promise(setImmediate)
  }
}

describe('a body that is read while it is sent', () => {
  test('arrives whole, with its length told before', async t => {
    async function* pieces() {
      for (let piece = 0; piece < 8; piece += 1) yield Buffer.alloc(mebi, piece)
    }
    const { ask } = await serving(t, { status: 206, body: { length: 8 * mebi, pieces: pieces() } })
    const answer = await ask()
    assert.deepEqual(
      [answer.statusCode, answer.headers['content-length'], answer.headers['transfer-encoding']],
      [206, `${8 * mebi}`, undefined],
    )
    const bytes = await bytesOf(answer)
    assert.deepEqual(
      Array.from({ length: 8 }, (_, piece) => bytes[piece * mebi]),
      [0, 1, 2, 3, 4, 5, 6, 7],
    )
  })

  test('is not begun for HEAD', async t => {
    const seen: string[] = []
    async function* pieces() {
      seen.push('begun')
      yield Buffer.alloc(1)
    }
    const { ask } = await serving(t, { status: 200, body: { length: 7, pieces: pieces() } })
    const answer = await ask('HEAD')
    assert.equal(answer.headers['content-length'], '7')
    assert.equal((await bytesOf(answer)).length, 0)
    assert.deepEqual(seen, [])
  })

  test('is cut where it fails: what came does not look whole', async t => {
    async function* pieces() {
      yield Buffer.alloc(10)
      throw new Error('the key is gone')
    }
    const { ask, warnings } = await serving(t, { status: 200, body: { length: 20, pieces: pieces() } })
    await assert.rejects(async () => bytesOf(await ask()), { code: 'ECONNRESET' })
    await until(() => warnings.length > 0)
    assert.deepEqual(warnings, ['answer.cut the key is gone'])
  })

  test('is cut where it ends too soon', async t => {
    async function* pieces() {
      yield Buffer.alloc(10)
    }
    const { ask } = await serving(t, { status: 200, body: { length: 20, pieces: pieces() } })
    await assert.rejects(async () => bytesOf(await ask()), { code: 'ECONNRESET' })
  })

  test('waits for a client that does not read, and ends when it leaves', async t => {
    const seen = { pieces: 0, ended: false }
    async function* pieces() {
      try {
        for (; seen.pieces < 4_096; seen.pieces += 1) yield Buffer.alloc(mebi)
      } finally {
        seen.ended = true
      }
    }
    const { ask, warnings } = await serving(t, { status: 200, body: { length: 4_096 * mebi, pieces: pieces() } })
    const answer = await ask()
    answer.pause()
    for (let turn = 0; turn < 1_000; turn += 1) await new Promise(setImmediate)
    assert(seen.pieces < 32, `${seen.pieces} MiB were read for nobody`)
    answer.destroy()
    await until(() => seen.ended)
    assert.deepEqual(warnings, [])
  })
})
