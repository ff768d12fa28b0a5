import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { createProxy } from '#protocols/proxy/server.ts'
import { discoveryHost } from '#protocols/proxy/target.ts'
import { openExecProxy, type ExecProxy } from './exec-proxy.ts'

const domain = 'keystead.test'
const ends: (() => void)[] = []
after(() => ends.forEach(end => end()))

/** The proxy of one command, over an instance's own that answers tunnels of discovery with one word. */
async function execProxy(instance: { readonly discoveryAlias: boolean }): Promise<ExecProxy> {
  const proxy = createProxy({ domain, tlsPort: 1, ...instance, onTunnel: (socket, { to }) => socket.end(to) })
  const { port } = await listenLoopback(proxy.server, 0)
  const exec = await openExecProxy({ domain, tlsPort: 1, instanceProxy: new URL(`http://127.0.0.1:${port}`), pass: [] })
  ends.push(
    () => exec.close(),
    () => proxy.stop(),
  )
  return exec
}

async function heard({ url }: ExecProxy, target: string): Promise<string> {
  const tunnel = request(url, { method: 'CONNECT', path: target })
  tunnel.end()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  tunnel.on('error', reject)
  tunnel.on('connect', (_response, socket, head) => {
    let text = head.toString()
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    void once(socket, 'close').then(() => resolve(text), reject)
  })
  return promise
}

describe('the proxy of a command', () => {
  test('hands instance discovery to the instance, so that a plain DefaultAzureCredential signs in', async () => {
    const exec = await execProxy({ discoveryAlias: true })
    assert.equal(await heard(exec, `${discoveryHost}:443`), 'discovery')
    assert.deepEqual([exec.served, exec.refused], [{ [discoveryHost]: 1 }, {}])
  })
  test('tells that discovery was refused where the instance answers none', async () => {
    const exec = await execProxy({ discoveryAlias: false })
    assert.equal(await heard(exec, `${discoveryHost}:443`), '')
    assert.deepEqual(exec.refused, { [discoveryHost]: 1 })
  })
})
