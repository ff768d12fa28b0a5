import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { CertificatePolicy } from '@azure/keyvault-certificates'
import { CryptographyClient } from '@azure/keyvault-keys'
import { answerTo } from '#tests/wire/certificates.ts'
import { canary } from '#tests/left-behind/noted.ts'
import { azureOf, called, refusalOf, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const curl = async (...words: readonly string[]) => promisify(execFile)('curl', words)
const instance = await behindInstance(import.meta.filename)
const { environment, dir } = instance
const { location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, environment.administrator)
const vault = called('kv')
const certificates = azure.certificates(vault)
const secrets = azure.secrets(vault)
/** Pollers ask at once: the instance needs no seconds. */
const fast = { intervalInMs: 50 }

before(async () => {
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'premium' }, enableRbacAuthorization: true, softDeleteRetentionInDays: 7 },
  })
  await azure.assign('Key Vault Administrator', environment.administrator.objectId, vaultId(environment, group, vault))
})

const self = (more: Partial<CertificatePolicy> = {}): CertificatePolicy => ({
  issuerName: 'Self',
  subject: 'CN=sdk.example',
  subjectAlternativeNames: { dnsNames: ['sdk.example'] },
  keyType: 'EC',
  keyCurveName: 'P-256',
  ...more,
})

const made = async (name: string, policy: CertificatePolicy) =>
  (await certificates.beginCreateCertificate(name, policy, fast)).pollUntilDone()
const secretOf = async (name: string): Promise<string> => (await secrets.getSecret(name)).value ?? assert.fail('no value')

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}
const ran = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], input: '\n' })

describe('@azure/keyvault-certificates CertificateClient', () => {
  test('certificates of every kind are made, and OpenSSL opens what leaves', async () => {
    const kinds: readonly Partial<CertificatePolicy>[] = [
      { keyType: 'RSA', keySize: 2048 },
      { keyCurveName: 'P-256' },
      { keyCurveName: 'P-384' },
      { keyCurveName: 'P-521' },
      { keyCurveName: 'P-256K' },
    ]
    for (const kind of kinds) {
      const name = called('c')
      const certificate = await made(name, self(kind))
      const leaf = new X509Certificate(certificate.cer ?? assert.fail('no certificate'))
      assert(leaf.verify(leaf.publicKey))
      assert.deepEqual(Buffer.from(certificate.properties.x509Thumbprint ?? []), createHash('sha1').update(leaf.raw).digest())
      const pfx = file(`${name}.pfx`, Buffer.from(await secretOf(name), 'base64'))
      const opened = ran('openssl', 'pkcs12', '-in', pfx, '-passin', 'pass:', '-nodes')
      assert(leaf.checkPrivateKey(createPrivateKey(opened)))
      const crypto = new CryptographyClient(certificate.keyId ?? assert.fail('no key'), azure.credential)
      const algorithm =
        kind.keyType === 'RSA'
          ? 'RS256'
          : (({ 'P-384': 'ES384', 'P-521': 'ES512', 'P-256K': 'ES256K' } as const)[kind.keyCurveName ?? ''] ?? 'ES256')
      const signed = await crypto.signData(algorithm, Buffer.from('signed'))
      assert((await crypto.verifyData(algorithm, Buffer.from('signed'), signed.result)).result)
    }
  })

  test('a TLS server serves curl with the pair, and whoever trusts the certificate alone believes it', async () => {
    const name = called('tls')
    await made(name, self({ contentType: 'application/x-pem-file' }))
    const pair = await secretOf(name)
    const server = createServer({ key: pair, cert: pair }, (_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(typeof address === 'object' && address !== null)
    const trusted = join(instance.dir, `${name}.pem`)
    writeFileSync(trusted, new X509Certificate(pair).toString())
    const asked = ['-sS', '--noproxy', '*', '--resolve', `sdk.example:${address.port}:127.0.0.1`, `https://sdk.example:${address.port}/`]
    assert.equal((await curl('--cacert', trusted, ...asked)).stdout, 'hello')
    // Trust in another authority is none in it: curl's own code for that.
    await assert.rejects(curl('--cacert', instance.environment.caFile, ...asked), { code: 60 })
    server.close()
  })

  test('a request that is signed outside is merged; what is under way is got, cancelled and deleted', async () => {
    const name = called('csr')
    const poller = await certificates.beginCreateCertificate(name, self({ issuerName: 'Unknown' }), fast)
    assert.notEqual(poller.getOperationState().isCompleted, true)
    const operation = await certificates.getCertificateOperation(name)
    const csr = operation.getOperationState().certificateOperation?.csr ?? assert.fail('no request')
    const merged = await certificates.mergeCertificate(name, [Buffer.from(answerTo(Buffer.from(csr).toString('base64')))])
    assert.equal(new X509Certificate(merged.cer ?? assert.fail('none')).subject, 'CN=answered')
    const other = called('csr')
    const cancelled = await certificates.beginCreateCertificate(other, self({ issuerName: 'Unknown' }), fast)
    await cancelled.cancelOperation()
    await certificates.deleteCertificateOperation(other)
    assert.equal((await refusalOf('a look', certificates.getCertificate(other))).code, 'CertificateNotFound')
  })

  test('what is exported is imported again, from PKCS#12 with a password and from a keystore of Java', async () => {
    const name = called('exp')
    await made(name, self())
    const pem = file(
      `${name}.pem`,
      ran('openssl', 'pkcs12', '-in', file('own.pfx', Buffer.from(await secretOf(name), 'base64')), '-passin', 'pass:', '-nodes'),
    )
    const leaf = new X509Certificate(ran('openssl', 'x509', '-in', pem))
    const openssl = join(dir, 'openssl.pfx')
    const odd = `pä ss ${canary('store')}`
    ran('openssl', 'pkcs12', '-export', '-in', pem, '-out', openssl, '-passout', `pass:${odd}`)
    const stores = [{ path: openssl, password: odd }]
    if (existsSync('/usr/bin/keytool')) {
      const path = join(dir, 'java.p12')
      ran(
        'keytool',
        '-importkeystore',
        '-noprompt',
        '-srckeystore',
        join(dir, 'own.pfx'),
        '-srcstoretype',
        'PKCS12',
        '-srcstorepass',
        '',
        '-destkeystore',
        path,
        '-deststoretype',
        'PKCS12',
        '-deststorepass',
        'changeit',
      )
      stores.push({ path, password: 'changeit' })
    }
    for (const { path, password } of stores) {
      const brought = await certificates.importCertificate(called('imp'), readFileSync(path), { password })
      assert(leaf.raw.equals(Buffer.from(brought.cer ?? [])))
      assert.equal(brought.policy?.issuerName, 'Unknown')
    }
    const wrong = await refusalOf(
      'an import with a wrong password',
      certificates.importCertificate(called('imp'), readFileSync(openssl), { password: 'x' }),
    )
    assert.deepEqual([wrong.statusCode, wrong.code], [400, 'BadParameter'])
  })

  test('versions, policies, tags, deletion, backup: the whole life', async () => {
    const name = called('life')
    const first = await made(name, self())
    const second = await made(name, self({ validityInMonths: 3, reuseKey: true }))
    const versions = await Array.fromAsync(certificates.listPropertiesOfCertificateVersions(name), one => one.version)
    assert.deepEqual(new Set(versions), new Set([first.properties.version, second.properties.version]))
    await certificates.updateCertificatePolicy(name, { ...self(), lifetimeActions: [{ action: 'EmailContacts', daysBeforeExpiry: 20 }] })
    const [action] = (await certificates.getCertificatePolicy(name)).lifetimeActions ?? []
    assert.deepEqual([action?.action, action?.daysBeforeExpiry], ['EmailContacts', 20])
    const updated = await certificates.updateCertificateProperties(name, second.properties.version ?? '', { tags: { a: 'b' } })
    assert.deepEqual([updated.properties.tags, (await secrets.getSecret(name)).properties.tags], [{ a: 'b' }, { a: 'b' }])
    const backup = (await certificates.backupCertificate(name)) ?? assert.fail('no backup')
    const deleting = await certificates.beginDeleteCertificate(name, fast)
    assert.equal((await deleting.pollUntilDone()).name, name)
    assert((await Array.fromAsync(certificates.listDeletedCertificates(), one => one.name)).includes(name))
    await (await certificates.beginRecoverDeletedCertificate(name, fast)).pollUntilDone()
    await (await certificates.beginDeleteCertificate(name, fast)).pollUntilDone()
    await certificates.purgeDeletedCertificate(name)
    const restored = await certificates.restoreCertificateBackup(backup)
    assert.deepEqual(restored.cer, second.cer)
  })

  test('issuers and contacts are kept', async () => {
    const name = called('iss')
    await certificates.createIssuer(name, 'DigiCert', { accountId: 'me', password: canary('issuer'), organizationId: 'o' })
    assert.deepEqual((await certificates.getIssuer(name)).accountId, 'me')
    // This client's list has ids alone.
    const ids = await Array.fromAsync(certificates.listPropertiesOfIssuers(), one => one.id ?? '')
    assert(ids.some(id => id.endsWith(`/certificates/issuers/${name}`)))
    assert.equal((await certificates.updateIssuer(name, { accountId: 'you' })).accountId, 'you')
    await certificates.deleteIssuer(name)
    await certificates.setContacts([{ email: 'a@example.com', name: 'A', phone: '1' }])
    assert.deepEqual(await certificates.getContacts(), [{ email: 'a@example.com', name: 'A', phone: '1' }])
    await certificates.deleteContacts()
    assert.equal((await refusalOf('a look', certificates.getContacts())).code, 'ContactsNotFound')
  })
})

describe('the tenant’s own authority', () => {
  const asked = async (url: string): Promise<Buffer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    get(url, { headers: {} }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks)))
    }).on('error', reject)
    return promise
  }

  test('issues through the SDK, and OpenSSL verifies by the places that the certificate names, revoked or not', async () => {
    const [issuer, name] = [called('ca'), called('c')]
    await certificates.createIssuer(issuer, 'Keystead')
    const certificate = await made(name, self({ issuerName: issuer, contentType: 'application/x-pem-file' }))
    const leaf = new X509Certificate(certificate.cer ?? assert.fail('none'))
    const [, middle = '', root = ''] = (await secretOf(name)).match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/g) ?? []
    const [leafFile, middleFile, rootFile] = [file('leaf', leaf.toString()), file('middle', middle), file('root', root)]
    const text = ran('openssl', 'x509', '-in', leafFile, '-noout', '-text')
    const [list = ''] = /https:\/\/pki\.[^\s]+issuer\.crl/.exec(text) ?? []
    const verified = async (): Promise<string> => {
      const [issuerList, rootList] = [await asked(list), await asked(list.replace('issuer.crl', 'root.crl'))]
      const all = [issuerList, rootList].map((der, at) => ran('openssl', 'crl', '-inform', 'DER', '-in', file(`crl${at}`, der)))
      const words = [
        'verify',
        '-crl_check_all',
        '-CRLfile',
        file('lists', all.join('')),
        '-CAfile',
        rootFile,
        '-untrusted',
        middleFile,
        leafFile,
      ]
      return ran('sh', '-c', `openssl ${words.join(' ')} 2>&1; true`)
    }
    assert.match(await verified(), /: OK/)
    await instance.ask('authority', 'revoke', leaf.serialNumber)
    assert.match(await verified(), /certificate revoked/)
  })
})
