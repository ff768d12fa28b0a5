import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:https'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { servedNames } from '#adapters/tls/development.ts'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { proxyAutoConfig } from './auto-config.ts'
import { createDiscoveryAlias, instanceDiscovery } from './discovery.ts'
import { createProxy, type Proxy } from './server.ts'
import { discoveryHost, judgeTarget } from './target.ts'

const domain = 'keystead.test'
const making = { now: systemClock.now(), random: systemRandom() }
const authority = await makeAuthority({ dns: [domain, 'localhost'], ip: [] }, making)
const alias = await makeAuthority({ dns: [discoveryHost], ip: [] }, making)
const ends: (() => void)[] = []
after(() => ends.forEach(end => end()))

async function instance(
  options: { readonly tunnelsMax?: number; readonly headTimeoutMs?: number; readonly discoveryAlias?: boolean } = {},
) {
  const leaf = await issueLeaf(authority, { ...servedNames(domain, []), days: 9 }, making)
  const foreign = await issueLeaf(alias, { dns: [discoveryHost], ip: [], days: 9 }, making)
  const peers: (string | undefined)[] = []
  const tls: Server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (asked, response) => {
    peers.push(asked.socket.remoteAddress)
    response.end(`served ${asked.headers.host}`)
  })
  const { port: tlsPort } = await listenLoopback(tls, 0)
  const discovery = createDiscoveryAlias({ domain, tls: { cert: foreign.chainPem, key: foreign.keyPem } })
  const proxy: Proxy = createProxy({
    domain,
    tlsPort,
    discoveryAlias: true,
    ...options,
    onTunnel: (socket, { to }) => (to === 'discovery' ? discovery : tls).emit('connection', socket),
  })
  const { port } = await listenLoopback(proxy.server, 0)
  ends.push(() => {
    proxy.stop()
    tls.close()
    tls.closeAllConnections()
    discovery.closeAllConnections()
  })
  return { proxy, port, tlsPort, peers }
}

/** Sends a head as it is and reads the answer's head. */
async function ask(port: number, head: string | Buffer, host = '127.0.0.1'): Promise<{ head: string; socket: Socket }> {
  const socket = connectTcp({ port, host })
  socket.on('error', () => undefined)
  socket.write(head)
  let got = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    got += String(chunk)
    if (got.includes('\r\n\r\n')) break
  }
  return { head: got, socket }
}

const connecting = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`

async function answered(asked: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => asked.once('response', resolve).once('error', reject))
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, type: response.headers['content-type'], body }
}

async function fetched(
  socket: Socket,
  options: { servername: string; ca: string; path?: string; method?: string; headers?: Record<string, string> },
) {
  const secure = connectTls({ socket, servername: options.servername, ca: options.ca })
  await once(secure, 'secureConnect')
  const asked = request({
    createConnection: () => secure,
    host: options.servername,
    port: 443,
    path: options.path ?? '/',
    method: options.method ?? 'GET',
    headers: { connection: 'close', ...options.headers },
  })
  asked.end()
  const { status, body } = await answered(asked)
  return { status, body }
}

describe('a tunnel', () => {
  test('ends at the TLS server itself, which sees the caller’s own address', async () => {
    const { port, proxy, peers } = await instance()
    for (const name of [domain, `kv1.vault.${domain}`, `KV1.Vault.Keystead.TEST`, `login.${domain}.`]) {
      const { head, socket } = await ask(port, connecting(`${name}:443`))
      assert.match(head, /^HTTP\/1\.1 200 /, name)
      const servername = name.toLowerCase().replace(/\.$/, '')
      assert.deepEqual(await fetched(socket, { servername, ca: authority.rootPem }), { status: 200, body: `served ${servername}:443` })
      if (!socket.destroyed) await once(socket, 'close')
    }
    assert.deepEqual(new Set(peers), new Set(['127.0.0.1']))
    assert.equal(proxy.counts().served, 4)
  })

  test('is opened on ::1 too, and for a CONNECT of HTTP/1.0 without a Host', async t => {
    const { port } = await instance()
    const old = await ask(port, `CONNECT kv.vault.${domain}:443 HTTP/1.0\r\n\r\n`)
    assert.match(old.head, /^HTTP\/1\.1 200 /)
    old.socket.destroy()
    const reachable = await new Promise<boolean>(resolve => {
      const probe = connectTcp({ port, host: '::1' }, () => resolve(true)).on('error', () => resolve(false))
      probe.on('connect', () => probe.destroy())
    })
    if (!reachable) return t.skip('this machine has no ::1')
    const six = await ask(port, connecting(`${domain}:443`), '::1')
    assert.match(six.head, /^HTTP\/1\.1 200 /)
    assert.equal((await fetched(six.socket, { servername: domain, ca: authority.rootPem })).status, 200)
  })

  test('whose ClientHello came in one packet with the CONNECT is served all the same', async () => {
    const { port } = await instance()
    const wire = connectTcp({ port, host: '127.0.0.1' })
    await once(wire, 'connect')
    // A TLS client on a socket pair of its own: its first flight is caught and sent with the CONNECT.
    const { Duplex } = await import('node:stream')
    let first = true
    let answer = ''
    const pipe: InstanceType<typeof Duplex> = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        wire.write(first ? Buffer.concat([Buffer.from(connecting(`${domain}:443`)), chunk]) : chunk)
        first = false
        done()
      },
    })
    wire.on('data', (chunk: Buffer) => {
      if (answer.includes('\r\n\r\n')) {
        pipe.push(chunk)
        return
      }
      answer += chunk.toString('latin1')
      const end = answer.indexOf('\r\n\r\n')
      if (end >= 0 && answer.length > end + 4) pipe.push(Buffer.from(answer.slice(end + 4), 'latin1'))
    })
    const secure = connectTls({ socket: pipe, servername: domain, ca: authority.rootPem })
    await once(secure, 'secureConnect')
    assert.match(answer, /^HTTP\/1\.1 200 /)
    secure.destroy()
    wire.destroy()
  })

  test('that the client drops is forgotten, and stop ends those that stand', async () => {
    const { port, proxy } = await instance()
    const one = await ask(port, connecting(`${domain}:443`))
    const two = await ask(port, connecting(`${domain}:443`))
    assert.equal(proxy.counts().open, 2)
    one.socket.destroy()
    while (proxy.counts().open !== 1) await new Promise(resolve => setImmediate(resolve))
    two.socket.resume()
    proxy.stop()
    await once(two.socket, 'close')
    assert.equal(proxy.counts().open, 0)
  })
})

describe('a refusal', () => {
  test('says its cause in the reason phrase and its remedy in the body, and opens nothing', async () => {
    const { port, proxy } = await instance()
    for (const target of [
      'example.com:443',
      `${domain}.example.com:443`,
      `evil${domain}:443`,
      '10.0.0.1:443',
      '[fe80::1]:443',
      'management.azure.com:443',
    ]) {
      const { head, socket } = await ask(port, connecting(target))
      assert.match(head, /^HTTP\/1\.1 403 Host-not-served-by-Keystead\r\n/, target)
      assert.match(head, /keystead exec --pass HOST -- COMMAND/)
      socket.destroy()
    }
    const { head } = await ask(port, connecting(`${domain}:22`))
    assert.match(head, /^HTTP\/1\.1 403 Port-not-served-by-Keystead/)
    assert.deepEqual(proxy.counts(), { open: 0, served: 0, refused: 7 })
  })

  test('comes when too many tunnels stand, until one ends', async () => {
    const { port, proxy } = await instance({ tunnelsMax: 2 })
    const open = [await ask(port, connecting(`${domain}:443`)), await ask(port, connecting(`${domain}:443`))]
    assert.match((await ask(port, connecting(`${domain}:443`))).head, /^HTTP\/1\.1 503 Too-many-tunnels/)
    open[0]?.socket.destroy()
    while (proxy.counts().open !== 1) await new Promise(resolve => setImmediate(resolve))
    assert.match((await ask(port, connecting(`${domain}:443`))).head, /^HTTP\/1\.1 200/)
  })

  test('meets every other method, and a plain http request through the proxy', async () => {
    const { port } = await instance()
    for (const line of ['GET http://example.com/ HTTP/1.1', 'POST /proxy.pac HTTP/1.1', 'GET / HTTP/1.1', 'OPTIONS * HTTP/1.1']) {
      const { head, socket } = await ask(port, `${line}\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
      assert.match(head, /^HTTP\/1\.1 405 /, line)
      socket.destroy()
    }
  })

  test('meets a head that does not end in time, byte by byte or not at all', async () => {
    const { port } = await instance({ headTimeoutMs: 100 })
    const { head } = await ask(port, `CONNECT ${domain}:443 HTTP/1.1\r\nX: `)
    assert.match(head, /^HTTP\/1\.1 408 /)
  })

  test('meets a head of more than 8 KiB', async () => {
    const { port } = await instance()
    const { head } = await ask(port, `CONNECT ${domain}:443 HTTP/1.1\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`)
    assert.match(head, /^HTTP\/1\.1 431 /)
  })
})

describe('judgeTarget', () => {
  const served = { domain, tlsPort: 8443, discoveryAlias: true }
  const to = (target: string, changes = {}) => judgeTarget(target, { ...served, ...changes }).to

  test('own loopback at the own TLS port alone', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      assert.equal(to(`${host}:8443`), 'instance', host)
      for (const port of [443, 80, 8480, 22, 0]) assert.equal(to(`${host}:${port}`), 'nobody', `${host}:${port}`)
    }
    for (const host of ['127.0.0.2', '[::ffff:127.0.0.1]', 'localhost.localdomain', '2130706433', '0.0.0.0'])
      assert.equal(to(`${host}:8443`), 'nobody', host)
  })

  test('the discovery alias at 443 alone, and only where it is on', () => {
    assert.equal(to(`${discoveryHost}:443`), 'discovery')
    assert.equal(to(`Login.MicrosoftOnline.com.:443`), 'discovery')
    assert.equal(to(`${discoveryHost}:8443`), 'nobody')
    assert.equal(to(`a.${discoveryHost}:443`), 'nobody')
    assert.equal(to(`${discoveryHost}:443`, { discoveryAlias: false }), 'nobody')
  })

  test('nothing that is not a name and a port', () => {
    for (const target of [
      '',
      ':443',
      domain,
      `${domain}:`,
      `${domain}:443:443`,
      `user@${domain}:443`,
      `${domain}/x:443`,
      ` ${domain}:443`,
      `${domain}..:443`,
      `.${domain}:443`,
      `ä.${domain}:443`,
      `a..${domain}:443`,
      `${'a'.repeat(64)}.${domain}:443`,
    ]) {
      assert.equal(to(target), 'nobody', target)
    }
  })

  test('whatever is asked, only the domain, what is below it, loopback and the alias are ever served', () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9._:[\]@/-]{0,20}$/)
    fc.assert(
      fc.property(
        label,
        fc.constantFrom('', domain, `.${domain}`, discoveryHost),
        fc.integer({ min: 0, max: 99_999 }),
        (before, end, port) => {
          const target = judgeTarget(`${before}${end}:${port}`, served)
          if (target.to === 'nobody') return
          const { host } = target
          assert(
            host === domain || host.endsWith(`.${domain}`) || host === discoveryHost || ['localhost', '127.0.0.1', '[::1]'].includes(host),
          )
          assert(port === 443 || port === 8443)
        },
      ),
    )
  })
})

describe('proxy.pac', () => {
  test('sends our names here and every other its own way', () => {
    const found = (url: string, host: string): unknown =>
      runInNewContext(`${proxyAutoConfig(domain, '127.0.0.1:8480')};FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(host)})`)
    for (const host of [domain, `kv.vault.${domain}`, 'KV.Vault.Keystead.Test', `${domain}.`])
      assert.equal(found(`https://${host}/`, host), 'PROXY 127.0.0.1:8480', host)
    for (const host of ['example.com', `evil${domain}`, `${domain}.example.com`])
      assert.equal(found(`https://${host}/`, host), 'DIRECT', host)
    assert.equal(found(`http://${domain}/`, domain), 'DIRECT')
  })

  test('is handed out at the proxy’s own address, not to a page that has bound its name to it', async () => {
    const { port } = await instance()
    const asked = async (host: string) => {
      return answered(get({ host: '127.0.0.1', port, path: '/proxy.pac', headers: { host } }))
    }
    const own = await asked(`127.0.0.1:${port}`)
    assert.deepEqual([own.status, own.type], [200, 'application/x-ns-proxy-autoconfig'])
    assert.match(own.body, new RegExp(`PROXY 127.0.0.1:${port}`))
    assert.equal((await asked(`evil.example:${port}`)).status, 405)
    assert.equal((await asked(`127.0.0.1:1`)).status, 405)
  })
})

describe('the discovery alias', () => {
  const endpoint = `https://login.${domain}/7f3a/oauth2/v2.0/authorize`
  const path = (authorization: string, version = '1.1') =>
    `/common/discovery/instance?api-version=${version}&authorization_endpoint=${encodeURIComponent(authorization)}`

  test('tells, under its own chain, that our login host is an authority', async () => {
    const { port } = await instance()
    const { socket } = await ask(port, connecting(`${discoveryHost}:443`))
    const { status, body } = await fetched(socket, { servername: discoveryHost, ca: alias.rootPem, path: path(endpoint) })
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(body), {
      tenant_discovery_endpoint: `https://login.${domain}/7f3a/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: `login.${domain}`, preferred_cache: `login.${domain}`, aliases: [`login.${domain}`] }],
    })
  })

  test('is not vouched for by the authority of our own names', async () => {
    const { port } = await instance()
    const { socket } = await ask(port, connecting(`${discoveryHost}:443`))
    await assert.rejects(
      fetched(socket, { servername: discoveryHost, ca: authority.rootPem, path: path(endpoint) }),
      /self-signed|unable to/,
    )
  })

  test('any other request is misdirected: another path, method, host, or one that carries something', async () => {
    const { port } = await instance()
    const others = [
      { path: '/7f3a/oauth2/v2.0/token', method: 'POST', headers: { 'content-length': '0' } },
      { path: path(endpoint), method: 'POST', headers: { 'content-length': '0' } },
      { path: path(endpoint), headers: { host: 'login.windows.net' } },
      { path: path(endpoint), headers: { authorization: 'Bearer secret' } },
      { path: `/common/discovery/../discovery/keys` },
    ]
    for (const other of others) {
      const { socket } = await ask(port, connecting(`${discoveryHost}:443`))
      const { status, body } = await fetched(socket, { servername: discoveryHost, ca: alias.rootPem, ...other })
      assert.deepEqual({ status, body }, { status: 421, body: '' }, other.path)
    }
  })

  test('closes on a body without reading it', async () => {
    const { port } = await instance()
    const { socket } = await ask(port, connecting(`${discoveryHost}:443`))
    const secure = connectTls({ socket, servername: discoveryHost, ca: alias.rootPem })
    secure.on('error', () => undefined)
    await once(secure, 'secureConnect')
    secure.write(`POST /t/oauth2/v2.0/token HTTP/1.1\r\nHost: ${discoveryHost}\r\nContent-Length: 1000000\r\n\r\nclient_secret=`)
    let got = ''
    secure.on('data', (chunk: Buffer) => (got += chunk.toString()))
    await once(secure, 'close')
    assert.match(got, /^HTTP\/1\.1 421 /)
  })

  test('answers for our authority alone, with the port or without, in the form that was asked for', () => {
    assert.equal(instanceDiscovery(path(`https://login.${domain}:443/t/oauth2/v2.0/authorize`, '1.0'), domain)?.body['api-version'], '1.0')
    assert.equal(
      instanceDiscovery(path(`https://login.${domain}:8443/common/oauth2/authorize`), domain)?.body['tenant_discovery_endpoint'],
      `https://login.${domain}/common/.well-known/openid-configuration`,
    )
    for (const foreign of [
      'https://login.example.com/t/oauth2/v2.0/authorize',
      `http://login.${domain}/t`,
      `https://login.${domain}.example.com/t`,
      'nonsense',
      '',
    ]) {
      assert.deepEqual(instanceDiscovery(path(foreign), domain)?.body['error_codes'], [50049], foreign)
    }
    assert.equal(instanceDiscovery('//evil.example/common/discovery/instance', domain), undefined)
  })
})
