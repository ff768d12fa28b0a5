import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { type Millis, millis } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Log } from '#ports/log.ts'
import { issueLeaf, makeAuthority } from './authority.ts'
import { writeClientTrust } from './client-trust.ts'
import { developmentTls, type IssuerKeep, servedNames } from './development.ts'
import { javaTrustStore } from './java-trust-store.ts'
import { loopbackRanges } from './name-constraints.ts'
import { listenerTls, loadServerCertificate, watchCertificate } from './server-certificate.ts'

const random = systemRandom()
const now = systemClock.now()
const dayMs = 86_400_000
const scratch = mkdtempSync(join(tmpdir(), 'keystead-tls-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const folder = () => mkdtempSync(join(scratch, 'd-'))
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const domain = 'keystead.test'

function memoryKeep(): IssuerKeep & { readonly saved: () => number } {
  let kept: Uint8Array | undefined
  let saved = 0
  return {
    load: () => (kept === undefined ? undefined : new SecretBytes(Uint8Array.from(kept))),
    save: key => {
      kept = Uint8Array.from(key)
      saved++
    },
    saved: () => saved,
  }
}

async function developed(dir: string, keep: IssuerKeep | undefined, changes: { domain?: string; now?: Millis } = {}) {
  return developmentTls({ dir, domain, regions: [], now, random, ...changes }, keep)
}

function opensslVerify(dir: string, leaf: string, host: string) {
  const files = ['-CAfile', join(dir, 'root.pem'), '-untrusted', join(dir, 'issuer.pem'), leaf]
  const { status, stdout, stderr } = spawnSync('openssl', [
    'verify',
    '-x509_strict',
    '-purpose',
    'sslserver',
    '-verify_hostname',
    host,
    ...files,
  ])
  return { ok: status === 0, text: stdout.toString() + stderr.toString() }
}

describe('the development certificate', () => {
  test('chains to our root for every served name, by OpenSSL’s strict rules, and for no other', async () => {
    const dir = folder()
    const made = await developed(dir, memoryKeep())
    assert(made)
    for (const host of [
      'localhost',
      domain,
      'login.keystead.test',
      'kv1.vault.keystead.test',
      'h.managedhsm.keystead.test',
      'a.blob.keystead.test',
    ]) {
      const { ok, text } = opensslVerify(dir, made.certFile, host)
      assert(ok, `${host}: ${text}`)
    }
    for (const host of ['example.com', 'vault.azure.net', 'a.b.vault.keystead.test'])
      assert(!opensslVerify(dir, made.certFile, host).ok, host)
    const leaf = new X509Certificate(readFileSync(made.certFile))
    assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1')
    assert.equal(leaf.checkIP('::1'), '::1')
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.equal(Math.round((leaf.validToDate.getTime() - now) / dayMs), 90)
  })

  test('the issuer is held to the domain: what it signs for a foreign name is refused by OpenSSL and by Node', async () => {
    const dir = folder()
    const authority = await makeAuthority({ dns: [domain, 'localhost'], ip: loopbackRanges }, { now, random })
    writeFileSync(join(dir, 'root.pem'), authority.rootPem)
    writeFileSync(join(dir, 'issuer.pem'), authority.issuerPem)
    for (const [dns, ip] of [
      [['vault.azure.net'], []],
      [['notkeystead.test'], []],
      [['localhost'], ['10.0.0.1']],
    ] as const) {
      const foreign = await issueLeaf(authority, { dns, ip, days: 90 }, { now, random })
      writeFileSync(join(dir, 'leaf.pem'), foreign.chainPem)
      const { ok, text } = opensslVerify(dir, join(dir, 'leaf.pem'), dns[0])
      assert(!ok && /permitted subtree violation/.test(text), `${dns[0]}: ${text}`)
      const client = { ca: authority.rootPem, servername: dns[0] }
      await assert.rejects(handshake({ cert: foreign.chainPem, key: foreign.keyPem }, client), /permitted subtree violation/)
    }
    const own = await issueLeaf(authority, { ...servedNames(domain, []), days: 90 }, { now, random })
    const protocol = await handshake(
      { cert: own.chainPem, key: own.keyPem },
      { ca: authority.rootPem, servername: 'kv.vault.keystead.test' },
    )
    assert.equal(protocol, 'TLSv1.3', 'control')
  })

  test('the root is a root, the issuer may make no further authority, and their keys are named in one another', async () => {
    const dir = folder()
    const made = await developed(dir, memoryKeep())
    const text = (name: string) => execFileSync('openssl', ['x509', '-in', join(dir, name), '-noout', '-text']).toString()
    assert.match(text('root.pem'), /Basic Constraints: critical\s+CA:TRUE, pathlen:1/)
    assert.match(text('issuer.pem'), /Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    assert.match(
      text('issuer.pem'),
      /Name Constraints: critical\s+Permitted:\s+DNS:keystead.test\s+DNS:localhost\s+IP:127.0.0.0\/255.0.0.0/,
    )
    for (const name of ['root.pem', 'issuer.pem']) assert.match(text(name), /Key Usage: critical\s+Certificate Sign\n/)
    const skid = /Subject Key Identifier:\s+(\S+)/.exec(text('root.pem'))?.[1]
    assert.equal(/Authority Key Identifier:\s+(?:keyid:)?(\S+)/.exec(text('issuer.pem'))?.[1], skid)
    assert.match(text('server.pem'), /Basic Constraints: critical\s+CA:FALSE/)
    assert.equal(statSync(made?.keyFile ?? '').mode & 0o777, 0o600)
  })

  test('nobody holds the root’s key: it lies nowhere, and the sealed one is the issuer’s', async () => {
    const dir = folder()
    const keep = memoryKeep()
    await developed(dir, keep)
    assert.deepEqual(readdirSync(dir).sort(), ['issuer.pem', 'root.pem', 'server.key', 'server.pem'])
    using key = keep.load()
    const { createPrivateKey } = await import('node:crypto')
    const held = createPrivateKey({ key: Buffer.from(key?.bytes ?? []), format: 'der', type: 'pkcs8' })
    assert(new X509Certificate(readFileSync(join(dir, 'issuer.pem'))).checkPrivateKey(held))
    assert(!new X509Certificate(readFileSync(join(dir, 'root.pem'))).checkPrivateKey(held))
  })
})

describe('a start', () => {
  test('keeps what is good, without the sealed key', async () => {
    const dir = folder()
    const keep = memoryKeep()
    assert.equal((await developed(dir, keep))?.made, 'authority')
    const before = readFileSync(join(dir, 'server.pem'), 'utf8')
    assert.equal((await developed(dir, undefined))?.made, 'nothing')
    assert.equal((await developed(dir, keep, { now: millis(now + 59 * dayMs) }))?.made, 'nothing')
    assert.equal(readFileSync(join(dir, 'server.pem'), 'utf8'), before)
  })

  test('renews the leaf in the last third of its life, or when a crash left it without its key, under the same root', async () => {
    const dir = folder()
    const keep = memoryKeep()
    const first = await developed(dir, keep)
    const later = millis(now + 61 * dayMs)
    assert.equal((await developed(dir, keep, { now: later }))?.made, 'leaf')
    assert.equal(
      loadServerCertificate({ certFile: join(dir, 'server.pem'), keyFile: join(dir, 'server.key') }, later).expiresAt > now + 150 * dayMs,
      true,
    )
    rmSync(join(dir, 'server.key'))
    const again = await developed(dir, keep, { now: later })
    assert.equal(again?.made, 'leaf')
    assert.equal(again.rootPem, first?.rootPem)
    assert.equal(keep.saved(), 1)
  })

  test('with another domain, a lost sealed key or an issuer near its end makes a new authority', async () => {
    const dir = folder()
    const keep = memoryKeep()
    await developed(dir, keep)
    assert.equal((await developed(dir, keep, { domain: 'stead.test' }))?.made, 'authority', 'a name that is part of the old one')
    assert.equal((await developed(dir, keep, { domain: 'stead.test' }))?.made, 'nothing')
    rmSync(join(dir, 'server.pem'))
    assert.equal((await developed(dir, memoryKeep(), { domain: 'stead.test' }))?.made, 'authority')
    assert.equal((await developed(dir, keep, { domain: 'stead.test', now: millis(now + 1_800 * dayMs) }))?.made, 'authority')
  })

  test('sealed, serves what is still valid to its last day, and nothing after it', async () => {
    const dir = folder()
    await developed(dir, memoryKeep())
    assert.equal((await developed(dir, undefined, { now: millis(now + 89 * dayMs) }))?.made, 'nothing')
    assert.equal(await developed(dir, undefined, { now: millis(now + 91 * dayMs) }), undefined)
  })

  test('sealed, with nothing to serve, makes nothing', async () => {
    const dir = folder()
    assert.equal(await developed(dir, undefined), undefined)
    assert.equal(existsSync(join(dir, 'root.pem')), false)
  })
})

describe('what clients are handed', () => {
  test('our root alone, and a bundle that still trusts what the system trusts', async () => {
    const dir = folder()
    const { rootPem } = await makeAuthority({ dns: [domain], ip: [] }, { now, random })
    const trust = writeClientTrust(dir, { rootPem, extraRoots: [], now })
    assert.equal(readFileSync(trust.caFile, 'utf8'), rootPem)
    const bundle = readFileSync(trust.bundleFile, 'utf8')
    assert(bundle.includes(rootPem.trim()))
    assert((bundle.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length > 10)
    for (const block of bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []) assert(new X509Certificate(block).subject)
  })

  test('a start that finds them leaves them; another root, or one file less, has all of them made again', async () => {
    const dir = folder()
    const root = async () => (await makeAuthority({ dns: [domain], ip: [] }, { now, random })).rootPem
    const [first, second] = [await root(), await root()]
    const written = (rootPem: string, at: number): readonly Buffer[] => {
      const trust = writeClientTrust(dir, { rootPem, extraRoots: [], now: at })
      return [trust.caFile, trust.bundleFile, trust.trustStoreFile ?? ''].map(file => readFileSync(file))
    }
    const made = written(first, now)
    assert.deepEqual(written(first, now + 1), made)
    rmSync(join(dir, 'trust.jks'))
    const again = written(first, now + 2)
    assert.deepEqual(again.slice(0, 2), made.slice(0, 2))
    assert.notDeepEqual(again[2], made[2])
    const [, bundle, store] = written(second, now + 3)
    assert(bundle !== undefined && bundle.includes(second.trim()))
    assert(store !== undefined && store.includes(new X509Certificate(second).raw))
  })

  test('the same for Java: every certificate of the bundle, sealed by the format’s own digest', () => {
    const certificates = ['first', 'second'].map(text => Buffer.from(text))
    const pem = certificates.map(der => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`).join('')
    const store = javaTrustStore(pem, now)
    assert.deepEqual([store.readUInt32BE(0).toString(16), store.readUInt32BE(4), store.readUInt32BE(8)], ['feedfeed', 2, 2])
    for (const der of certificates) assert(store.includes(Buffer.concat([Buffer.from([0, 0, 0, der.length]), der])))
    const [body, digest] = [store.subarray(0, -20), store.subarray(-20)]
    const salted = Buffer.concat([Buffer.from('\0c\0h\0a\0n\0g\0e\0i\0tMighty Aphrodite', 'latin1'), body])
    assert.deepEqual(createHash('sha1').update(salted).digest(), digest)
  })
})

describe('an operator’s certificate', () => {
  // OpenSSL dates them by the second they are made in, which is as long after this file's loading as the tests before take.
  const soon = millis(now + dayMs)
  const selfSigned = (args: readonly string[]) => {
    const dir = folder()
    const files = { certFile: join(dir, 'c.pem'), keyFile: join(dir, 'k.pem') }
    const common = [
      '-nodes',
      '-subj',
      '/CN=h',
      '-keyout',
      files.keyFile,
      '-out',
      files.certFile,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
    ]
    execFileSync('openssl', ['req', '-x509', ...common, ...args], { stdio: 'pipe' })
    chmodSync(files.keyFile, 0o600)
    return files
  }
  const named = ['-addext', 'subjectAltName=DNS:keys.example.org']

  test('is taken when it is sound', () => {
    const files = selfSigned(['-newkey', 'rsa:2048', '-days', '30', ...named])
    const loaded = loadServerCertificate(files, soon)
    assert.match(loaded.fingerprint, /^[0-9a-f]{64}$/)
    assert(loaded.expiresAt > now + 29 * dayMs)
  })

  test('with an RSA key below 2048 bits is refused, with its length', () => {
    const files = selfSigned(['-newkey', 'rsa:1024', '-days', '30', ...named])
    assert.throws(() => loadServerCertificate(files, soon), /RSA key of 1024 bits; 2048 is the least/)
  })

  test('expired, of tomorrow, nameless, an authority, with a stranger’s key or one that all may read, each is refused by name', () => {
    const files = selfSigned(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '30', ...named])
    assert.throws(() => loadServerCertificate(files, millis(now + 31 * dayMs)), /has expired on/)
    assert.throws(() => loadServerCertificate(files, millis(now - dayMs)), /not valid before/)
    const nameless = selfSigned(['-newkey', 'rsa:2048', '-days', '30'])
    assert.throws(() => loadServerCertificate(nameless, soon), /names no host/)
    const strange = { ...files, keyFile: nameless.keyFile }
    assert.throws(() => loadServerCertificate(strange, soon), /is not the key of/)
    chmodSync(nameless.keyFile, 0o644)
    assert.throws(() => loadServerCertificate({ ...nameless, certFile: files.certFile }, soon), /may be read by everybody: chmod 0600/)
    const weak = selfSigned(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp224r1', '-days', '30', ...named])
    assert.throws(() => loadServerCertificate(weak, soon), /of a kind that TLS clients do not take/)
    writeFileSync(files.keyFile, 'nonsense')
    assert.throws(() => loadServerCertificate(files, soon), /holds no private key/)
  })

  test('with its chain in the wrong order is refused', async () => {
    const authority = await makeAuthority({ dns: [domain], ip: [] }, { now, random })
    const other = await makeAuthority({ dns: [domain], ip: [] }, { now, random })
    const leaf = await issueLeaf(authority, { dns: [domain], ip: [], days: 9 }, { now, random })
    const dir = folder()
    const files = { certFile: join(dir, 'c.pem'), keyFile: join(dir, 'k.pem') }
    writeFileSync(files.keyFile, leaf.keyPem, { mode: 0o600 })
    writeFileSync(files.certFile, leaf.chainPem.replace(authority.issuerPem, other.issuerPem))
    assert.throws(() => loadServerCertificate(files, soon), /certificate 2 did not issue certificate 1/)
    writeFileSync(files.certFile, authority.issuerPem + leaf.chainPem)
    assert.throws(() => loadServerCertificate(files, soon), /certificate authority/)
  })
})

describe('watchCertificate', () => {
  test('serves a good new certificate to new connections and keeps the old one when the new is bad', async () => {
    const dir = folder()
    const keep = memoryKeep()
    const made = await developed(dir, keep)
    assert(made)
    const old = loadServerCertificate(made, now)
    const server = createServer({ ...listenerTls, cert: old.cert, key: old.key }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const refusals: string[] = []
    const log: Log = { ...quiet, error: event => void refusals.push(event) }
    let applied: (() => void) | undefined
    const watch = watchCertificate(made, {
      clock: systemClock,
      log,
      intervalMs: 20,
      apply: next => {
        server.setSecureContext({ ...listenerTls, cert: next.cert, key: next.key })
        applied?.()
      },
    })
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const served = () => fingerprintAt(address.port, made.rootPem)
    assert.equal(await served(), old.fingerprint)
    writeFileSync(made.certFile, 'nonsense')
    watch.reload()
    assert.deepEqual(refusals, ['certificate-refused'])
    assert.equal(await served(), old.fingerprint)
    const change = new Promise<void>(resolve => (applied = resolve))
    const alive = setInterval(() => undefined, 1_000)
    const renewed = await developed(folder(), keep)
    assert(renewed)
    copyFileSync(renewed.keyFile, made.keyFile)
    copyFileSync(renewed.certFile, made.certFile)
    await change
    clearInterval(alive)
    watch.stop()
    const fresh = loadServerCertificate(renewed, now)
    assert.notEqual(fresh.fingerprint, old.fingerprint)
    assert.equal(await fingerprintAt(address.port, renewed.rootPem), fresh.fingerprint)
    server.close()
  })
})

async function handshake(
  server: { readonly cert: string; readonly key: string },
  client: { readonly ca: string; readonly servername: string },
) {
  const listener = createServer({ ...listenerTls, ...server })
    .on('tlsClientError', () => undefined)
    .listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert(address !== null && typeof address === 'object')
  const socket = connect({ host: '127.0.0.1', port: address.port, ...client })
  try {
    await once(socket, 'secureConnect')
    return socket.getProtocol()
  } finally {
    socket.destroy()
    listener.close()
  }
}

async function fingerprintAt(port: number, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256.replaceAll(':', '').toLowerCase()
}

describe('the listener', () => {
  test('speaks no TLS 1.1, no CBC and no static RSA; TLS 1.2 with ECDHE it does', async () => {
    const authority = await makeAuthority({ dns: ['localhost'], ip: [] }, { now, random })
    const leaf = await issueLeaf(authority, { dns: ['localhost'], ip: [], days: 9 }, { now, random })
    const server = createServer({ ...listenerTls, cert: leaf.chainPem, key: leaf.keyPem })
      .on('tlsClientError', () => undefined)
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const tried = async (client: object) => {
      const socket = connect({ host: '127.0.0.1', port: address.port, ca: authority.rootPem, servername: 'localhost', ...client })
      await once(socket, 'secureConnect')
      const spoken = `${socket.getProtocol()} ${socket.getCipher().name}`
      socket.destroy()
      return spoken
    }
    assert.match(await tried({ maxVersion: 'TLSv1.2' }), /^TLSv1.2 ECDHE-ECDSA-AES256-GCM/)
    await assert.rejects(tried({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }))
    await assert.rejects(tried({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }))
    await assert.rejects(tried({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }))
    server.close()
  })
})
