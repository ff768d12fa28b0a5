import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { parseAllowedHost } from '#model/allowed-hosts.ts'
import { OutgoingFailed, type OutgoingFailure } from '#ports/outgoing.ts'
import { isPublicAddress } from './addresses.ts'
import { outgoingOver, type OutgoingConfig } from './outgoing.ts'
import { localIssuer } from './testing.ts'

const issuer = await localIssuer()
const { host, port, ca } = issuer
after(async () => issuer[Symbol.asyncDispose]())

const listed = [{ host, port }]
const out = (changes: Partial<OutgoingConfig> = {}) =>
  outgoingOver({ hosts: { federation: listed, attestation: [] }, ca, addressesOf: async () => ['127.0.0.1'], ...changes })
const failing = (failure: OutgoingFailure) => (error: unknown) => error instanceof OutgoingFailed && error.failure === failure
const at = (path: string) => `https://${host}:${port}${path}`
const keys = '/realm/keys'

describe('what is fetched from outside', () => {
  test('comes from the very host that is named, over TLS that is trusted', async () => {
    const { status, body } = await out().get('federation', at(keys))
    assert.equal(status, 200)
    assert.match(Buffer.from(body).toString(), /"kty":"RSA"/)
  })

  for (const [what, url] of [
    ['over http', `http://${host}:${port}${keys}`],
    ['as another user', `https://a:b@${host}:${port}${keys}`],
    ['with a fragment', `${at(keys)}#x`],
    ['at another port', `https://${host}${keys}`],
    ['from another host', `https://other.test:${port}${keys}`],
    ['from a name that only ends so', `https://evil${host}:${port}${keys}`],
    ['by the address', `https://127.0.0.1:${port}${keys}`],
    ['by the address in another dress', `https://0x7f.1:${port}${keys}`],
    ['from no URL', 'issuer.test'],
  ] as const)
    test(`${what} is refused before anything is sent`, async () => {
      const already = issuer.asked.length
      await assert.rejects(out().get('federation', url), failing('refused'))
      assert.equal(issuer.asked.length, already)
    })

  test('follows no redirect', async () => {
    issuer.answer('/moved', { status: 302, headers: { location: 'https://169.254.169.254/' }, body: '' })
    assert.equal((await out().get('federation', at('/moved'))).status, 302)
  })

  test('is not read to its end where it is too long', async () => {
    issuer.answer('/long', { body: 'x'.repeat(1024 * 1024 + 1) })
    await assert.rejects(out().get('federation', at('/long')), failing('tooLarge'))
  })

  test('is of nobody whose certificate is not trusted or is another name’s', async () => {
    await assert.rejects(out({ ca: undefined }).get('federation', at(keys)), failing('untrusted'))
    const alias = { hosts: { federation: [{ host: 'alias.test', port }] } }
    await assert.rejects(out(alias).get('federation', `https://alias.test:${port}${keys}`), failing('untrusted'))
  })

  test('fails where the name does not resolve, resolves to nothing, or nobody listens', async () => {
    await assert.rejects(
      out({ addressesOf: async () => Promise.reject(new Error('ENOTFOUND')) }).get('federation', at(keys)),
      failing('unreachable'),
    )
    await assert.rejects(out({ addressesOf: async () => [] }).get('federation', at(keys)), failing('unreachable'))
    await assert.rejects(
      out({ hosts: { federation: [{ host, port: 1 }], attestation: [] } }).get('federation', `https://${host}:1/`),
      failing('unreachable'),
    )
  })
})

describe('a name below a listed suffix', () => {
  const below = { hosts: { federation: [{ host: '*.test', port }], attestation: [] } }

  for (const addresses of [
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['169.254.169.254'],
    ['fd00::1'],
    ['not an address'],
  ])
    test(`never leads to ${addresses.join(' and ')}`, async () => {
      const already = issuer.asked.length
      await assert.rejects(out({ ...below, addressesOf: async () => addresses }).get('federation', at(keys)), failing('refused'))
      assert.equal(issuer.asked.length, already)
    })

  test('is asked for its addresses once: what the resolver says the second time is not heard', async () => {
    let times = 0
    const turning = async () => (times++ === 0 ? ['8.8.8.8', '10.0.0.1'] : ['127.0.0.1'])
    await assert.rejects(out({ ...below, addressesOf: turning }).get('federation', at(keys)), failing('refused'))
    assert.equal(times, 1)
  })

  test('does not stand for the suffix itself', async () => {
    await assert.rejects(
      out({ hosts: { federation: [{ host: `*.${host}`, port }], attestation: [] } }).get('federation', at(keys)),
      failing('refused'),
    )
  })
})

test('public is what no neighbour, no reserve and no disguise is', () => {
  const hidden = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.255.0.1',
    '169.254.1.1',
    '172.31.0.1',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '',
    'localhost',
    'fe80::1%eth0',
    '::ffff:0:127.0.0.1',
    '5f00::1',
  ]
  assert.deepEqual(hidden.filter(isPublicAddress), [])
  const open = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8']
  assert.deepEqual(open.filter(isPublicAddress), open)
})

test('a list of hosts is read strictly', () => {
  assert.deepEqual(parseAllowedHost('Token.Actions.GitHubUserContent.com'), { host: 'token.actions.githubusercontent.com', port: 443 })
  assert.deepEqual(parseAllowedHost(' *.oidc.example.org:8443 '), { host: '*.oidc.example.org', port: 8443 })
  for (const wrong of ['', '*', '*.', 'https://x', 'a b', 'x:0', 'x:65536', '-x', 'x..y', 'x/y', '*.*.x', 'a*.x'])
    assert.equal(parseAllowedHost(wrong), undefined, wrong)
})
