import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { millis } from '#model/brands.ts'
import { discoveryCertificate } from './discovery-certificate.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-discovery-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const host = 'login.microsoftonline.com'
const now = systemClock.now()

describe('the discovery alias’s certificate', () => {
  test('is for one name under a root of its own, and no key of an authority is kept', async () => {
    const made = await discoveryCertificate(host, { dir, now, random: systemRandom() })
    const leaf = new X509Certificate(readFileSync(made.certFile))
    assert.equal(leaf.subjectAltName, `DNS:${host}`)
    assert.deepEqual(readdirSync(dir).sort(), ['discovery-root.pem', 'discovery.key', 'discovery.pem'])
    assert.equal(statSync(made.keyFile).mode & 0o777, 0o600)
    const { createPrivateKey } = await import('node:crypto')
    const key = createPrivateKey(readFileSync(made.keyFile))
    const chain = readFileSync(made.certFile, 'utf8').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
    const holders = [...chain, made.rootPem].map(pem => new X509Certificate(pem).checkPrivateKey(key))
    assert.deepEqual(holders, [true, false, false])
  })

  test('stays over restarts until a third of its life is left, and when a file is lost', async () => {
    const random = systemRandom()
    const first = await discoveryCertificate(host, { dir, now, random })
    assert.equal((await discoveryCertificate(host, { dir, now: millis(now + 200 * 86_400_000), random })).rootPem, first.rootPem)
    const renewed = await discoveryCertificate(host, { dir, now: millis(now + 250 * 86_400_000), random })
    assert.notEqual(renewed.rootPem, first.rootPem)
    rmSync(renewed.keyFile)
    const again = await discoveryCertificate(host, { dir, now: millis(now + 250 * 86_400_000), random })
    assert.notEqual(again.rootPem, renewed.rootPem)
  })
})
