import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { after, describe, test } from 'node:test'
import { createLifecycle } from '#domain/seal/states.ts'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { createHealthServer } from './server.ts'

const life = createLifecycle('sealed')
const server = createHealthServer(() => life.state())
const { port } = await listenLoopback(server, 0)
after(() => {
  server.close()
  server.closeAllConnections()
})

async function asked(path: string, options: { readonly method?: string; readonly host?: string } = {}) {
  const asking = request({
    host: '127.0.0.1',
    port,
    path,
    method: options.method ?? 'GET',
    headers: { host: options.host ?? `localhost:${port}` },
  })
  asking.end()
  const response = await new Promise<IncomingMessage>((resolve, reject) => asking.once('response', resolve).once('error', reject))
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, body, retry: response.headers['retry-after'] }
}

describe('health', () => {
  test('is alive in every state, ready in active alone, and names the state', async () => {
    const seen: unknown[] = []
    const look = async () => seen.push([life.state(), (await asked('/livez')).status, (await asked('/readyz')).status])
    await look()
    for (const next of ['unsealing', 'catching-up', 'active', 'draining'] as const) {
      life.become(next)
      await look()
    }
    assert.deepEqual(seen, [
      ['sealed', 200, 503],
      ['unsealing', 200, 503],
      ['catching-up', 200, 503],
      ['active', 200, 200],
      ['draining', 200, 503],
    ])
    assert.deepEqual(await asked('/readyz'), { status: 503, body: '{"state":"draining"}', retry: '1' })
  })

  test('answers nothing else: other paths, methods and hosts', async () => {
    assert.equal((await asked('/')).status, 404)
    assert.equal((await asked('/livez', { method: 'POST' })).status, 405)
    assert.equal((await asked('/livez', { host: 'evil.example' })).status, 421)
    assert.deepEqual(await asked('/livez', { method: 'HEAD' }), { status: 200, body: '', retry: undefined })
  })
})

describe('listenLoopback', () => {
  test('rejects a port that is taken', async () => {
    const other = createHealthServer(() => 'active')
    await assert.rejects(listenLoopback(other, port), { code: 'EADDRINUSE' })
  })
})
