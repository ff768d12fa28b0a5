import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { request as plainRequest, type IncomingMessage } from 'node:http'
import { after, describe, test } from 'node:test'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { createGateway } from './gateway.ts'
import { publicBaseNames, publicCertificateNames, publicNames } from './public-names.ts'
import { createProxy } from './server.ts'
import { judgeTarget } from './target.ts'

const domain = 'keystead.test'
const names = publicNames(domain)

describe('names of the public cloud', () => {
  test('lead to ours, one label deep under a suffix, and no other does', () => {
    const led = {
      'login.microsoftonline.com': `login.${domain}`,
      'management.azure.com': `management.${domain}`,
      'graph.microsoft.com': `graph.${domain}`,
      'kv1.vault.azure.net': `kv1.vault.${domain}`,
      'h1.managedhsm.azure.net': `h1.managedhsm.${domain}`,
      'acct.blob.core.windows.net': `acct.blob.${domain}`,
    }
    for (const [host, own] of Object.entries(led)) assert.equal(names.ownOf(host), own)
    for (const host of [
      'login.microsoftonline.com.evil.example',
      'evil-login.microsoftonline.com',
      'a.b.vault.azure.net',
      'kv1.vault.azure.net.example',
      'evilvault.azure.net',
      'azure.net',
      'management.azure.com.',
      'portal.azure.com',
    ])
      assert.equal(names.ownOf(host), undefined, host)
  })

  test('are told in the place of ours, as whole host names alone', () => {
    const told = `https://kv1.vault.${domain}:8443/keys/k1, authority="https://login.${domain}/t", resource="https://vault.${domain}"`
    assert.equal(
      names.public(told),
      'https://kv1.vault.azure.net/keys/k1, authority="https://login.microsoftonline.com/t", resource="https://vault.azure.net"',
    )
    for (const other of [`mylogin.${domain}`, `login.${domain}.example`, `login.${domain}er`, `kms.us-east-1.${domain}`, domain])
      assert.equal(names.public(other), other)
    assert.equal(names.own(names.public(`https://kv1.vault.${domain}/`)), `https://kv1.vault.${domain}/`)
  })

  test('are served at 443, where a command asked for it, and nowhere else', () => {
    const served = { domain, tlsPort: 8443, discoveryAlias: true }
    const asked = { ...served, publicHost: names.ownOf }
    assert.equal(judgeTarget('kv1.vault.azure.net:443', asked).to, 'public')
    assert.equal(judgeTarget('login.microsoftonline.com:443', asked).to, 'public')
    assert.equal(judgeTarget('kv1.vault.azure.net:8443', asked).to, 'nobody')
    assert.equal(judgeTarget('kv1.vault.azure.net:443', served).to, 'nobody')
    assert.equal(judgeTarget('login.microsoftonline.com:443', served).to, 'discovery')
  })
})

const making = { now: systemClock.now(), random: systemRandom() }
const authority = await makeAuthority({ dns: [domain, 'localhost'], ip: [] }, making)
const cloud = await makeAuthority({ dns: publicBaseNames, ip: [] }, making)
const ends: (() => void)[] = []
after(() => ends.forEach(end => end()))

interface Seen {
  readonly host: string | undefined
  readonly url: string | undefined
  readonly body: string
}

/** An instance that says what it was asked, and answers with this. */
async function gateway(answer: { readonly headers?: Readonly<Record<string, string>>; readonly body: string }) {
  const leaf = await issueLeaf(authority, { dns: [`*.${domain}`, `*.vault.${domain}`], ip: [], days: 9 }, making)
  const foreign = await issueLeaf(cloud, { dns: publicCertificateNames, ip: [], days: 9 }, making)
  const seen: Seen[] = []
  const instance: Server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (asked, response) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      seen.push({ host: asked.headers.host, url: asked.url, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...answer.headers })
      response.end(answer.body)
    })
  })
  const { port: tlsPort } = await listenLoopback(instance, 0)
  const server = createGateway({ names, tlsPort, ca: authority.rootPem, tls: { cert: foreign.chainPem, key: foreign.keyPem } })
  const proxy = createProxy({
    domain,
    tlsPort,
    discoveryAlias: false,
    publicHost: names.ownOf,
    onTunnel: (socket, { to }) => void (to === 'public' ? server : instance).emit('connection', socket),
  })
  const { port } = await listenLoopback(proxy.server, 0)
  ends.push(() => {
    proxy.stop()
    server.close()
    instance.close()
    instance.closeAllConnections()
  })
  return { port, seen }
}

async function asked(
  port: number,
  {
    host,
    path,
    method = 'GET',
    headers,
    body,
  }: { host: string; path: string; method?: string; headers?: Record<string, string>; body?: string },
) {
  const tunnel = plainRequest({ host: '127.0.0.1', port, method: 'CONNECT', path: `${host}:443` })
  tunnel.end()
  const socket = await new Promise<Duplex>((resolve, reject) =>
    tunnel.once('connect', (_response, made) => resolve(made)).once('error', reject),
  )
  const secure = connect({ socket, servername: host, ca: cloud.rootPem })
  await once(secure, 'secureConnect')
  const sent = request({ createConnection: () => secure, host, port: 443, path, method, headers: { connection: 'close', ...headers } })
  sent.end(body)
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject))
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, headers: response.headers, text }
}

describe('the gateway', () => {
  test('asks the instance under our name and tells its answer under the public one', async () => {
    const { port, seen } = await gateway({
      headers: {
        'www-authenticate': `Bearer authorization="https://login.${domain}/t", resource="https://vault.${domain}"`,
        location: `https://management.${domain}/operations/1?api-version=2020-01-01`,
      },
      body: JSON.stringify({
        kid: `https://kv1.vault.${domain}/keys/k1`,
        nested: [{ id: `https://graph.${domain}/v1.0` }],
        text: `of ${domain}`,
      }),
    })
    const { status, headers, text } = await asked(port, { host: 'kv1.vault.azure.net', path: '/keys?api-version=7.4' })
    assert.equal(status, 200)
    assert.deepEqual(seen, [{ host: `kv1.vault.${domain}`, url: '/keys?api-version=7.4', body: '' }])
    assert.equal(
      headers['www-authenticate'],
      'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"',
    )
    assert.equal(headers.location, 'https://management.azure.com/operations/1?api-version=2020-01-01')
    assert.deepEqual(JSON.parse(text), {
      kid: 'https://kv1.vault.azure.net/keys/k1',
      nested: [{ id: 'https://graph.microsoft.com/v1.0' }],
      text: `of ${domain}`,
    })
    assert.equal(headers['content-length'], String(Buffer.byteLength(text)))
  })

  test('leaves what a customer keeps as it is, and a body that names none of these to the byte', async () => {
    const kept = {
      id: `https://kv1.vault.${domain}/secrets/s`,
      value: `https://kv1.vault.${domain}/`,
      tags: { at: `https://login.${domain}` },
    }
    const { port, seen } = await gateway({ body: JSON.stringify(kept) })
    const json = { 'content-type': 'application/json' }
    const secret = '{"value":"https://kv1.vault.azure.net/","tags":{"at":"login.microsoftonline.com"}}'
    const { text } = await asked(port, { host: 'kv1.vault.azure.net', path: '/secrets/s', method: 'PUT', headers: json, body: secret })
    assert.deepEqual(JSON.parse(text), { ...kept, id: 'https://kv1.vault.azure.net/secrets/s' })
    const twice = '{ "a": 1,  "a": 2 }'
    await asked(port, { host: 'management.azure.com', path: '/x', method: 'PUT', headers: json, body: twice })
    const form = 'scope=https%3A%2F%2Fvault.azure.net%2F.default'
    const typed = { 'content-type': 'application/x-www-form-urlencoded' }
    await asked(port, { host: 'login.microsoftonline.com', path: '/t/oauth2/v2.0/token', method: 'POST', headers: typed, body: form })
    assert.deepEqual(
      seen.map(({ body }) => body),
      [secret, twice, form],
    )
  })

  test('translates addresses in what a client sends, an authority that it asks about among them', async () => {
    const { port, seen } = await gateway({ body: '{}' })
    const body = JSON.stringify({ properties: { activeKey: { keyUrl: 'https://kv1.vault.azure.net/keys/k1/0f9a' } } })
    await asked(port, { host: 'management.azure.com', path: '/x', method: 'PUT', headers: { 'content-type': 'application/json' }, body })
    const authority = encodeURIComponent('https://login.microsoftonline.com/t/oauth2/v2.0/authorize')
    await asked(port, { host: 'login.microsoftonline.com', path: `/common/discovery/instance?authorization_endpoint=${authority}` })
    assert.deepEqual(JSON.parse(seen[0]?.body ?? ''), { properties: { activeKey: { keyUrl: `https://kv1.vault.${domain}/keys/k1/0f9a` } } })
    assert.ok(decodeURIComponent(seen[1]?.url ?? '').endsWith(`=https://login.${domain}/t/oauth2/v2.0/authorize`))
  })

  test('a host in the request that is not of the tunnels’ is misdirected', async () => {
    const { port, seen } = await gateway({ body: '{}' })
    const { status } = await asked(port, { host: 'management.azure.com', path: '/', headers: { host: 'example.com' } })
    assert.deepEqual([status, seen], [421, []])
  })
})
