import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Bytes } from '#model/brands.ts'
import { certificateGround, ecPolicy, type CertificateGround } from '#domain/certificates/testing.ts'
import { setIssuer } from '#domain/certificates/issuers.ts'
import { issuerScope } from '#domain/certificates/reference.ts'
import { refusedWith, tenantId } from '#domain/keys/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator, system } from '#model/principal.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { forgetTask } from './forget-task.ts'
import { authorityCertificate, revocationList, statusAnswer } from './status.ts'
import { revokeIssued } from './revoke.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-authority-'))
after(() => rmSync(dir, { recursive: true, force: true }))

let files = 0
function file(content: Uint8Array | string): string {
  files += 1
  const name = join(dir, `f${files}`)
  writeFileSync(name, content)
  return name
}
const openssl = (...words: readonly string[]): string =>
  execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const pem = (der: Bytes): string => new X509Certificate(der).toString()

/** A vault whose issuer `corp` is the tenant's own authority. */
async function withAuthority(provider = 'Keystead'): Promise<CertificateGround> {
  const ground = await certificateGround()
  const { context, as, vault } = ground
  await as(async call => {
    const permit = context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') })
    await setIssuer(context, call, { permit, vault, name: 'corp', change: { provider } })
  })
  return ground
}
const corp = { issuer: { name: 'corp' } }

/** Published to anybody: asked as nobody in particular. */
async function published({ context, as }: CertificateGround) {
  const file = async (level: 'root' | 'issuer') =>
    (await as(async call => authorityCertificate(context, call, { tenantId, level }))) ?? assert.fail('none')
  const list = async (level: 'root' | 'issuer') =>
    (await as(async call => revocationList(context, call, { tenantId, level }))) ?? assert.fail('none')
  return { root: await file('root'), issuer: await file('issuer'), list }
}

const revoke = async (ground: CertificateGround, serial: string) =>
  ground.run(operator, async call =>
    revokeIssued(ground.context, call, {
      permit: ground.context.access.permit(call, 'authority.revoke', { on: rootScope }),
      tenantId,
      serial,
    }),
  )

describe('a tenant’s authority', () => {
  test('is made when it is first asked, once, and its chain is verified by OpenSSL, strictly', async () => {
    const ground = await withAuthority()
    assert.equal(await ground.as(async call => authorityCertificate(ground.context, call, { tenantId, level: 'root' })), undefined)
    await ground.issue('c', ecPolicy({ ...corp, names: { dnsNames: ['a.example'] } }), { portSuffix: ':8443' })
    await ground.issue('d', ecPolicy({ ...corp, key: { type: 'RSA', bits: 2048 } }))
    const { root, issuer } = await published(ground)
    const [leaf, other] = [await ground.leaf('c'), await ground.leaf('d')]
    for (const one of [leaf, other])
      assert.match(
        openssl(
          'verify',
          '-attime',
          `${ground.clock.now() / 1_000}`,
          '-x509_strict',
          '-CAfile',
          file(pem(root)),
          '-untrusted',
          file(pem(issuer)),
          file(one.toString()),
        ),
        /: OK/,
      )
    const { value } = await ground.secret('c')
    assert.deepEqual(value.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/g), [
      leaf.toString(),
      pem(issuer),
      pem(root),
    ])
    const text = openssl('x509', '-in', file(leaf.toString()), '-noout', '-text')
    const base = `https://pki.keystead.test:8443/${tenantId}`
    for (const place of [`${base}/issuer.cer`, `${base}/issuer.crl`, `${base}/ocsp`]) assert(text.includes(place), place)
    assert.equal((await ground.get('c')).operation?.status, 'completed')
  })

  test('answers to the provider’s alias, certifies no authorities, and nobody for longer than it lives', async () => {
    const ground = await withAuthority('Test')
    await ground.issue('long', ecPolicy({ ...corp, validityMonths: 1_200 }))
    const { issuer } = await published(ground)
    assert.equal((await ground.leaf('long')).validTo, new X509Certificate(issuer).validTo)
    await ground.create('ca', ecPolicy({ ...corp, ca: true }))
    await ground.due('certificateOperations', 'ca')
    const { operation } = await ground.get('ca')
    assert.deepEqual([operation?.status, operation?.error?.code], ['failed', 'Request rejected'])
  })

  test('lists what was revoked, once and for all', async () => {
    const ground = await withAuthority()
    await ground.issue('c', ecPolicy(corp))
    const { root, issuer, list } = await published(ground)
    const serial = (await ground.leaf('c')).serialNumber
    const shown = async (level: 'root' | 'issuer', by: Bytes): Promise<string> => {
      const crl = file(await list(level))
      assert.match(
        execFileSync('sh', ['-c', `openssl crl -inform DER -in ${crl} -CAfile ${file(pem(by))} -noout 2>&1`], { encoding: 'utf8' }),
        /verify OK/,
      )
      return openssl('crl', '-inform', 'DER', '-in', crl, '-noout', '-text')
    }
    assert.match(await shown('root', root), /No Revoked Certificates/)
    assert.match(await shown('issuer', issuer), /No Revoked Certificates/)
    const revoked = await revoke(ground, serial.match(/../g)?.join(':') ?? '')
    ground.clock.advance(60_000)
    assert.equal((await revoke(ground, serial)).revokedAt, revoked.revokedAt)
    assert.match(await shown('issuer', issuer), new RegExp(`Serial Number: ${serial}`))
    await assert.rejects(revoke(ground, '00'), refusedWith('IssuedCertificateNotFound'))
  })

  test('forgets what has run out, and not before', async () => {
    const ground = await withAuthority()
    await ground.issue('c', ecPolicy({ ...corp, validityMonths: 1, lifetimeActions: [] }))
    const leaf = await ground.leaf('c')
    const serial = leaf.serialNumber.toLowerCase()
    await revoke(ground, serial)
    const forget = async () =>
      ground.run(system, async call => forgetTask.run(ground.context, call, { compartment: compartmentOfGuid(tenantId), path: [serial] }))
    ground.clock.advance(leaf.validToDate.getTime() - ground.clock.now() + 86_400_000)
    assert.equal(await forget(), false)
    ground.clock.advance(86_400_000)
    assert.equal((await ground.store.due(ground.clock.now(), 10)).length, 2, 'it, and the certificate that is told to have expired')
    assert.equal(await forget(), true)
    await assert.rejects(revoke(ground, serial), refusedWith('IssuedCertificateNotFound'))
  })

  test('says of each certificate by OCSP whether it is good, revoked or unknown, and OpenSSL believes it', async () => {
    const ground = await withAuthority()
    await ground.issue('c', ecPolicy(corp))
    const { root, issuer } = await published(ground)
    const [rootFile, issuerFile] = [file(pem(root)), file(pem(issuer))]
    const leaf = file((await ground.leaf('c')).toString())
    const ask = async (about: readonly string[], ...more: readonly string[]): Promise<string> => {
      const request = join(dir, `request${(files += 1)}`)
      openssl('ocsp', '-issuer', issuerFile, ...more, ...about, '-reqout', request)
      const bytes = Uint8Array.from(readFileSync(request))
      const answer = await ground.as(async call => statusAnswer(ground.context, call, { tenantId, request: bytes }))
      const response = file(answer ?? assert.fail('none'))
      const words = ['ocsp', '-attime', `${ground.clock.now() / 1_000}`, '-reqin', request, '-resp_text']
      return execFileSync(
        'sh',
        ['-c', `openssl ${[...words, '-respin', response, '-CAfile', rootFile, '-verify_other', issuerFile].join(' ')} 2>&1`],
        {
          encoding: 'utf8',
        },
      )
    }
    for (const more of [[], ['-no_nonce'], ['-sha256']]) {
      const good = await ask(['-cert', leaf], ...more)
      assert.match(good, /Response verify OK/)
      assert.match(good, /Cert Status: good/)
    }
    assert.match(await ask(['-serial', '0x4100']), /Cert Status: unknown/)
    await revoke(ground, (await ground.leaf('c')).serialNumber)
    assert.match(await ask(['-cert', leaf]), /Cert Status: revoked/)
    const malformed = await ground.as(async call => statusAnswer(ground.context, call, { tenantId, request: Uint8Array.of(0x30, 0) }))
    assert.equal(malformed?.toHex(), '30030a0101')
  })
})
