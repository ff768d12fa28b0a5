import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Config, readConfig, type Surroundings } from './config.ts'

const read = (changes: Partial<Surroundings>) => readConfig({ flags: {}, env: {}, cwd: '/work', home: '/home/a', ...changes })

function config(changes: Partial<Surroundings>): Config {
  const reading = read(changes)
  assert(reading.ok, JSON.stringify(reading))
  return reading.config
}

function problems(changes: Partial<Surroundings>): readonly string[] {
  const reading = read(changes)
  assert(!reading.ok)
  return reading.problems
}

describe('readConfig', () => {
  test('with nothing said, is the local profile of people.md 0', () => {
    assert.deepEqual(config({}), {
      domain: 'keystead.test',
      port: 8443,
      listen: undefined,
      riskDevelopment: false,
      proxyPort: 8480,
      healthPort: 9464,
      dataDir: '/work/data',
      sealFile: undefined,
      token: undefined,
      keyStoreTokens: undefined,
      stateHome: '/home/a/.local/state',
      runtimeDir: undefined,
      region: 'us-east-1',
      throttle: 'on',
      accessPolicies: 'open',
      federationHosts: [],
      attestationAuthorities: [],
      keyStoreHosts: [],
      eventHosts: [],
      attestationRootsFile: undefined,
      outgoingCaFile: undefined,
      revocationGraceSeconds: 0,
      mailFolder: undefined,
      syslog: undefined,
      node: 1,
      discoveryAlias: true,
      trustedProxies: [],
      logLevel: 'info',
      tls: undefined,
    })
    assert(Object.isFrozen(config({})))
  })

  test('a flag wins over a variable, a variable over the default, an empty variable says nothing', () => {
    const env = { KEYSTEAD_DOMAIN: 'Keys.Example.ORG', KEYSTEAD_THROTTLE: 'off', KEYSTEAD_DATA: '' }
    assert.equal(config({ env }).domain, 'keys.example.org')
    assert.equal(config({ env, flags: { domain: 'other.test' } }).domain, 'other.test')
    assert.equal(config({ env }).throttle, 'off')
    assert.equal(config({ env }).dataDir, '/work/data')
    assert.equal(config({ env: { XDG_STATE_HOME: '/state', XDG_RUNTIME_DIR: 'relative' } }).stateHome, '/state')
    assert.equal(config({ env: { XDG_STATE_HOME: 'relative' } }).stateHome, '/home/a/.local/state')
  })

  test('the file says what neither flag nor variable does, and nothing that is unknown is passed over', () => {
    const file = {
      path: '/etc/keystead/keystead.yaml',
      values: { domain: 'keys.example.org', 'listen.port': '443', throttle: 'off', 'proxy.port': 'off' },
    }
    const said = config({ file, env: { KEYSTEAD_THROTTLE: 'on' }, flags: { port: '8444' } })
    assert.deepEqual([said.domain, said.port, said.throttle, said.proxyPort], ['keys.example.org', 8444, 'on', 'off'])
    assert.deepEqual(problems({ file: { path: 'k.yaml', values: { 'tls.certfile': 'a', domian: 'x' } } }), [
      'k.yaml: tls.certfile is no setting; the nearest is tls.certFile',
      'k.yaml: domian is no setting; the nearest is domain',
    ])
    assert.deepEqual(problems({ file: { path: 'k.yaml', values: { 'listen.port': 'x' } } }), [
      'k.yaml: listen.port is a number from 0 to 65535',
    ])
  })

  test('beyond loopback it needs a certificate of its own, or the risk named', () => {
    assert.match(problems({ flags: { listen: '0.0.0.0' } })[0] ?? '', /^--listen beyond loopback needs --tls-cert-file/)
    assert.equal(problems({ flags: { listen: 'example.org' } }).length, 1, 'an address, not a name')
    const own = config({ flags: { listen: '0.0.0.0', 'tls-cert-file': 'c', 'tls-key-file': 'k' } })
    assert.deepEqual([own.listen, own.riskDevelopment], ['0.0.0.0', false])
    assert.equal(config({ flags: { listen: '::', 'risk-development-beyond-loopback': true } }).riskDevelopment, true)
    assert.equal(config({ flags: { listen: '127.0.0.1' } }).listen, '127.0.0.1')
  })

  test('with a port named, what else listens takes free ports unless it is told', () => {
    const named = config({ flags: { port: '8444' } })
    assert.deepEqual([named.port, named.proxyPort, named.healthPort], [8444, 0, 0])
    const told = config({ env: { KEYSTEAD_PORT: '8444' }, flags: { 'proxy-port': '8481', 'health-port': '9465' } })
    assert.deepEqual([told.port, told.proxyPort, told.healthPort], [8444, 8481, 9465])
    assert.equal(config({ flags: { 'proxy-port': 'off' } }).proxyPort, 'off')
  })

  test('paths are taken from where the command was given', () => {
    const read = config({ flags: { data: 'd', 'seal-file': '../s.key', 'tls-cert-file': 'c.pem', 'tls-key-file': '/k.pem' } })
    assert.deepEqual([read.dataDir, read.sealFile, read.tls], ['/work/d', '/s.key', { certFile: '/work/c.pem', keyFile: '/k.pem' }])
  })

  test('tells everything that is wrong at once, by flag or variable, without the value', () => {
    const wrong = problems({ flags: { port: '70000', domain: 'secret' }, env: { KEYSTEAD_THROTTLE: 'secret', KEYSTEAD_NODE: '0' } })
    assert.deepEqual(wrong, [
      '--domain is a DNS name with two labels or more, such as keystead.test',
      '--port is a number from 0 to 65535',
      'KEYSTEAD_THROTTLE is on or off',
      'KEYSTEAD_NODE is a number from 1 to 9999',
    ])
    assert.deepEqual(problems({ flags: { 'tls-cert-file': 'c.pem' } }), ['--tls-cert-file and --tls-key-file go together'])
    assert.match(problems({ flags: { 'pkcs11-module': 'm.so', 'pkcs11-token': 'one' } })[0] ?? '', /^--pkcs11-module, .+ go together$/)
    const token = { 'pkcs11-module': '/m.so', 'pkcs11-token': 'one', 'pkcs11-pin-file': 'pin' }
    assert.deepEqual(config({ flags: token }).token, { module: '/m.so', label: 'one', pinFile: '/work/pin' })
    const stores = { 'key-store-tokens': 'cluster-2a34b5cdefg=one two,cluster-2a34b5cdefh=three', 'key-store-anchor-file': 'ca.pem' }
    assert.deepEqual(config({ flags: { 'pkcs11-module': '/m.so', ...stores } }).keyStoreTokens, {
      module: '/m.so',
      clusters: new Map([
        ['cluster-2a34b5cdefg', 'one two'],
        ['cluster-2a34b5cdefh', 'three'],
      ]),
      anchorFile: '/work/ca.pem',
    })
    for (const flags of [{ 'pkcs11-module': '/m.so' }, stores, { ...token, 'key-store-tokens': 'cluster-2a34b5cdefg=one' }])
      assert.match(problems({ flags })[0] ?? '', /go together|needs/)
    for (const list of ['cluster-2a34b5cdefg', 'one=two', 'cluster-2a34b5cdefg=', 'cluster-2a34b5cdefg=one,cluster-2a34b5cdefh=one'])
      assert.match(problems({ flags: { ...token, ...stores, 'key-store-tokens': list } })[0] ?? '', /^--key-store-tokens is a list/)
    assert.match(problems({ flags: { ...token, 'pkcs11-token': 'x'.repeat(33) } })[0] ?? '', /^--pkcs11-token is a label of 1 to 32 bytes$/)
    for (const domain of ['-a.test', 'a-.test', 'a..test', 'a.test.', '10.0.0.1', 'ä.test', `${'a'.repeat(64)}.test`, '*.test']) {
      assert.equal(problems({ flags: { domain } }).length, 1, domain)
    }
  })

  test('the discovery alias can be switched off', () => {
    assert.equal(config({ flags: { 'no-discovery-alias': true } }).discoveryAlias, false)
    assert.equal(config({ env: { KEYSTEAD_NO_DISCOVERY_ALIAS: '0' } }).discoveryAlias, true)
  })
})
