// What an instance is told when it starts: by a file, about where it listens, and what it tells of itself in numbers (people.md 8).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { z } from 'zod'
import { ranProgram, removeInstance, startInstance } from './instance.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-settings-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const beyond = Object.values(networkInterfaces())
  .flatMap(all => all ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

function written(name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const statusShape = z.looseObject({ ports: z.looseObject({ health: z.number() }) })

describe('a configuration file', () => {
  test('is YAML or JSON, is checked before it is used, and says where each setting comes from', async () => {
    const yaml = written('keystead.yaml', '# ours\ndomain: keys.test\nproxy: off\noutgoing:\n  federationHosts: [a.test, "*.b.test"]\n')
    const json = written('other.json', JSON.stringify({ domain: 'keys.test', listen: { port: 8444 } }))
    for (const file of [yaml, json]) assert.equal((await ranProgram(['config', 'check', file], dir)).code, 0)
    const shown = await ranProgram(['config', 'show', '--config', yaml, '--json'], dir)
    const { settings } = z
      .object({ file: z.string(), settings: z.array(z.looseObject({ name: z.string(), value: z.string(), origin: z.string() })) })
      .parse(JSON.parse(shown.stdout))
    const told = new Map(settings.map(one => [one.name, one]))
    assert.deepEqual(told.get('domain'), { name: 'domain', value: 'keys.test', origin: `${yaml}: domain` })
    assert.equal(told.get('outgoing.federationHosts')?.value, 'a.test,*.b.test')
    const wrong = await ranProgram(['config', 'check', written('wrong.yaml', 'tls:\n  certfile: x\n')], dir)
    assert.equal(wrong.code, 3)
    assert.match(wrong.stderr, /tls\.certfile is no setting; the nearest is tls\.certFile/)
    for (const text of ['a: &x [1]\nb: *x\n', 'domain: a.test\ndomain: b.test\n', '{ broken', 'domain:\n  - a: 1\n']) {
      const { code, stdout } = await ranProgram(['config', 'check', written('broken.yaml', text)], dir)
      assert.deepEqual([code, stdout], [3, ''], text)
    }
    const missing = await ranProgram(['start', '--config', join(dir, 'nothing.yaml'), '--data', join(dir, 'd')], dir)
    assert.equal(missing.code, 3)
  })
})

describe('beyond loopback', () => {
  test('it listens with a certificate and a seal of its own alone, or with the risk named', async () => {
    const bare = await ranProgram(['start', '--data', join(dir, 'd'), '--port', '0', '--listen', '0.0.0.0'], dir)
    assert.equal(bare.code, 3)
    assert.match(bare.stderr, /--listen beyond loopback needs --tls-cert-file/)
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
    const names = 'subjectAltName=DNS:localhost,DNS:*.keystead.test'
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=own', '-days', '5', '-addext', names]
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const own = ['--tls-cert-file', cert, '--tls-key-file', key]
    const sealed = await ranProgram(['start', '--data', join(dir, 'd'), '--port', '0', '--listen', '0.0.0.0', ...own], dir)
    assert.equal(sealed.code, 3, sealed.stderr)
    assert.match(sealed.stderr, /is sealed by a key file on this machine alone: it does not listen beyond loopback\./)
  })

  test('it is reached there, and health stays on loopback', { skip: beyond === undefined && 'no address but loopback' }, async () => {
    const file = written('risk.yaml', 'listen:\n  address: 0.0.0.0\n  riskDevelopmentBeyondLoopback: true\n')
    const instance = await startInstance({ KEYSTEAD_CONFIG: file })
    try {
      const { environment } = instance
      const reached = connect({
        host: beyond,
        port: environment.port,
        servername: `login.${environment.domain}`,
        ca: readFileSync(environment.caFile, 'utf8'),
      })
      await once(reached, 'secureConnect')
      assert.equal(reached.authorized, true)
      reached.destroy()
      const { ports } = statusShape.parse(await instance.ask('status'))
      await assert.rejects(fetch(`http://${beyond}:${ports.health}/livez`))
    } finally {
      await instance.stop()
      assert(!(await removeInstance(instance)))
    }
  })
})

describe('/metrics', () => {
  test('tells state, counts and durations in OpenMetrics, and no name of anybody’s', async () => {
    const instance = await startInstance()
    try {
      await instance.ask('vault', 'create', 'kv-seen-name')
      const officer = 'app-seen-name'
      await instance.ask('app', 'add', officer, '--role', 'Key Vault Crypto Officer', '--scope', 'kv-seen-name')
      await instance.ask('key', 'create', 'kv-seen-name/ec-seen-name', '--type', 'EC', '--as', officer)
      await instance.ask('key', 'create', 'kv-seen-name/pq-seen-name', '--type', 'AKP', '--alg', 'ML-DSA-65', '--as', officer)
      const { ports } = statusShape.parse(await instance.ask('status'))
      const at = `http://127.0.0.1:${ports.health}/metrics`
      const answer = await fetch(at)
      assert.equal(answer.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8')
      const text = await answer.text()
      const lines = text.split('\n')
      assert.deepEqual(lines.slice(-2), ['# EOF', ''])
      assert.ok(lines.includes('keystead_state{keystead_state="active"} 1') && lines.includes('keystead_state{keystead_state="sealed"} 0'))
      assert.ok(lines.includes('keystead_requests_total{protocol="admin",operation="VaultCreate",outcome="ok"} 1'))
      const made = (algorithm: string) => `keystead_crypto_operations_total{module="software",algorithm="${algorithm}",verb="generate"} 1`
      assert.ok(lines.includes(made('P-256')) && lines.includes(made('ML-DSA-65')), text)
      const rows = Number(lines.find(line => line.startsWith('keystead_audit_rows_total '))?.split(' ')[1])
      assert.ok(rows > 10)
      assert.match(text, /^keystead_decisions_total\{plane="keyvault",result="allowed"\} 2$/m)
      assert.match(text, /^keystead_disk_open_exports 0$/m)
      for (const name of [
        'keystead_build_info',
        'keystead_store_free_bytes',
        'keystead_certificate_expiry_timestamp_seconds',
        'keystead_audit_checkpoint_age_seconds',
      ])
        assert.ok(
          lines.some(line => line.startsWith(name)),
          name,
        )
      // Every sample belongs to the family whose type was said last, and no family is said twice.
      const said = lines.filter(line => line.startsWith('# TYPE ')).map(line => line.split(' ')[2] ?? '')
      assert.equal(new Set(said).size, said.length)
      let family = ''
      for (const line of lines.slice(0, -2)) {
        if (line.startsWith('# TYPE ')) family = line.split(' ')[2] ?? ''
        else if (!line.startsWith('#')) {
          assert.match(line, /^[a-z_]+(?:\{(?:[a-z_]+="[^"]*",?)*\})? (?:[0-9.e+-]+|\+Inf)$/)
          assert.ok(line.startsWith(family), line)
        }
      }
      const { tenantId, subscriptionId, administrator } = instance.environment
      for (const name of ['seen-name', tenantId, subscriptionId, administrator.clientId, administrator.objectId])
        assert.ok(!text.includes(name), name)
      assert.equal((await fetch(at, { method: 'POST' })).status, 405)
      assert.equal((await fetch(at, { method: 'HEAD' })).status, 200)
    } finally {
      await instance.stop()
      assert(!(await removeInstance(instance)))
    }
  })
})
