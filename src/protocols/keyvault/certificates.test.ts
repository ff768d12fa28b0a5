import assert from 'node:assert/strict'
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { certificateTasks } from '#domain/certificates/tasks.ts'
import { answerTo, selfSignedPem } from '#tests/wire/certificates.ts'
import { at, message, refusal, version74, withVault, type VaultWire } from './testing.ts'

const v = version74
const base = 'https://v.vault.keystead.test:8443'
const bad = [400, 'BadParameter', undefined]
const dayMs = 86_400_000
const ec = { kty: 'EC', crv: 'P-256' }
const selfPolicy = (more: object = {}) => ({ issuer: { name: 'Self' }, key_props: ec, x509_props: { subject: 'CN=a.example' }, ...more })
const unknownPolicy = { ...selfPolicy(), issuer: { name: 'Unknown' } }

const create = async ({ send }: VaultWire, name: string, body: object) => send('POST', `/certificates/${name}/create?${v}`, { body })
const get = async ({ send }: VaultWire, path: string) => send('GET', `/${path}${path.includes('?') ? '&' : '?'}${v}`)
const bring = async ({ send }: VaultWire, name: string, body: object) => send('POST', `/certificates/${name}/import?${v}`, { body })

/** The scheduler comes. */
async function answered(wire: VaultWire, name: string): Promise<void> {
  const task = certificateTasks.find(one => one.family === 'certificateOperations')
  const { context } = wire
  const [vault] = context.vaults.peek()
  assert(task !== undefined && vault !== undefined)
  const { compartment } = vault.value
  assert.equal(await wire.run(system, async call => task.run(context, call, { compartment, path: [name] }), task.operation), true)
}

const lives = ({ clock }: VaultWire) => ({ from: clock.now() - dayMs, days: 90 })

describe('a certificate on the wire', () => {
  test('is asked for with 202, where to look, and everything that was left to defaults', async () => {
    const wire = await withVault()
    const asked = await create(wire, 'Web', { policy: { issuer: { name: 'self' }, x509_props: { subject: 'CN=a.example' } } })
    assert.equal(asked.status, 202, asked.text)
    const requestId = String(at(asked.json, 'request_id'))
    assert.match(requestId, /^[0-9a-f]{32}$/)
    assert.equal(asked.headers['location'], `${base}/certificates/Web/pending?api-version=7.4&request_id=${requestId}`)
    assert.equal(asked.headers['retry-after'], '1')
    const { csr: _csr, ...operation } = asked.json as Record<string, unknown>
    assert.deepEqual(operation, {
      id: `${base}/certificates/Web/pending`,
      issuer: { name: 'self' },
      cancellation_requested: false,
      status: 'inProgress',
      status_details:
        'Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.',
      request_id: requestId,
    })
    const waiting = await get(wire, 'certificates/web')
    assert.deepEqual(
      [at(waiting.json, 'attributes', 'enabled'), at(waiting.json, 'cer'), at(waiting.json, 'kid')],
      [false, undefined, undefined],
    )
    await answered(wire, 'web')
    const done = await get(wire, `certificates/web/pending?request_id=${requestId}`)
    assert.deepEqual([at(done.json, 'status'), at(done.json, 'target')], ['completed', `${base}/certificates/Web`])
    assert.equal(done.headers['retry-after'], undefined)
    assert.equal((await get(wire, `certificates/web/pending?request_id=${'0'.repeat(32)}`)).status, 404)
    const policy = (await get(wire, 'certificates/web/policy')).json
    const stamp = { created: 1_800_000_000, updated: 1_800_000_000 }
    assert.deepEqual(policy, {
      id: `${base}/certificates/Web/policy`,
      key_props: { exportable: true, kty: 'RSA', key_size: 2048, reuse_key: false },
      secret_props: { contentType: 'application/x-pkcs12' },
      x509_props: {
        subject: 'CN=a.example',
        ekus: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
        key_usage: ['digitalSignature', 'keyEncipherment'],
        validity_months: 12,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'AutoRenew' } }],
      issuer: { name: 'self' },
      attributes: { enabled: true, ...stamp },
    })
    const made = await get(wire, 'certificates/web')
    const der = Buffer.from(String(at(made.json, 'cer')), 'base64')
    const version = String(at(made.json, 'id')).slice(-32)
    assert.deepEqual(made.json, {
      id: `${base}/certificates/Web/${version}`,
      kid: `${base}/keys/Web/${version}`,
      sid: `${base}/secrets/Web/${version}`,
      x5t: createHash('sha1').update(der).digest('base64url'),
      cer: der.toString('base64'),
      attributes: {
        enabled: true,
        nbf: 1_799_999_400,
        exp: new X509Certificate(der).validToDate.getTime() / 1_000,
        ...stamp,
        recoveryLevel: 'CustomizedRecoverable+Purgeable',
        recoverableDays: 7,
      },
      policy,
      pending: { id: `${base}/certificates/Web/pending` },
    })
    const listed = await get(wire, 'certificates')
    assert.deepEqual(at(listed.json, 'value', 0, 'subject'), '')
    assert.deepEqual(Object.keys(at(listed.json, 'value', 0, 'attributes') as object), ['enabled', 'nbf', 'exp', 'created', 'updated'])
  })

  test('hides its parts from nobody, and gives them to nobody apart', async () => {
    const wire = await withVault()
    await create(wire, 'c', { policy: selfPolicy() })
    await answered(wire, 'c')
    assert.deepEqual(at((await get(wire, 'keys')).json, 'value', 0, 'managed'), true)
    assert.deepEqual(at((await get(wire, 'secrets')).json, 'value', 0, 'managed'), true)
    for (const [method, path, body, inner] of [
      ['PUT', 'secrets/c', { value: 'x' }, 'SecretManagedByKeyVault'],
      ['DELETE', 'secrets/c', undefined, 'SecretManagedByKeyVault'],
      ['PATCH', 'secrets/c', { tags: {} }, 'SecretManagedByKeyVault'],
      ['POST', 'secrets/c/backup', undefined, 'SecretManagedByKeyVault'],
      ['DELETE', 'keys/c', undefined, 'KeyManagedByKeyVault'],
      ['POST', 'keys/c/rotate', undefined, 'KeyManagedByKeyVault'],
      ['POST', 'keys/c/backup', undefined, 'KeyManagedByKeyVault'],
    ] as const)
      assert.deepEqual(refusal(await wire.send(method, `/${path}?${v}`, { body })), [403, 'Forbidden', inner], `${method} ${path}`)
    await wire.send('DELETE', `/certificates/c?${v}`)
    for (const path of ['deletedkeys', 'deletedsecrets']) assert.deepEqual(at((await get(wire, path)).json, 'value'), [], path)
    assert.equal(at((await get(wire, 'deletedcertificates')).json, 'value', 0, 'recoveryId'), `${base}/deletedcertificates/c`)
  })

  test('is answered in the service’s words where it is not there, taken or waits', async () => {
    const wire = await withVault()
    const missing = await get(wire, 'certificates/none')
    assert.deepEqual(refusal(missing), [404, 'CertificateNotFound', undefined])
    assert.match(message(missing), /^A certificate with \(name\/id\) none was not found in this key vault\. /)
    assert.deepEqual(refusal(await get(wire, 'certificates/none/pending')), [404, 'PendingCertificateNotFound', undefined])
    assert.equal(message(await get(wire, 'deletedcertificates/none')), 'Deleted Certificate not found: none')
    assert.deepEqual(
      [message(await get(wire, 'certificates/issuers/none')), message(await get(wire, 'certificates/contacts'))],
      ['Issuer not found', 'Contacts not found'],
    )
    await create(wire, 'c', { policy: unknownPolicy })
    const again = await create(wire, 'c', { policy: unknownPolicy })
    assert.deepEqual(refusal(again), [409, 'Forbidden', undefined])
    assert.match(message(again), /while a pending key vault certificate's status is inProgress\.$/)
    await wire.addKey(wire.context.vaults.peek()[0]?.value ?? assert.fail('no vault'), 'key')
    assert.deepEqual(refusal(await create(wire, 'key', { policy: selfPolicy() })), [409, 'Conflict', undefined])
    const subject = await create(wire, 'd', { policy: selfPolicy({ x509_props: { subject: 'a.example' } }) })
    assert.equal(message(subject), 'The subject name provided is not a valid X500 name')
  })

  test('is merged with 201 and where it stands', async () => {
    const wire = await withVault()
    const asked = await create(wire, 'c', { policy: unknownPolicy })
    const merge = async (x5c: readonly string[]) => wire.send('POST', `/certificates/c/pending/merge?${v}`, { body: { x5c } })
    const other = await create(wire, 'd', { policy: unknownPolicy })
    const wrong = await merge([answerTo(String(at(other.json, 'csr')), lives(wire))])
    assert.deepEqual(refusal(wrong), bad)
    assert.match(message(wrong), /does not match the public part of the specified private key/)
    const merged = await merge([answerTo(String(at(asked.json, 'csr')), lives(wire))])
    assert.deepEqual([merged.status, merged.headers['location']], [201, `${base}/certificates/c?api-version=7.4`])
    assert.equal((await merge([])).status, 404, 'nothing is pending any more')
  })

  test('changes its policy by groups: what is empty changes nothing', async () => {
    const wire = await withVault()
    await create(wire, 'c', { policy: selfPolicy({ x509_props: { subject: 'CN=a', sans: { dns_names: ['a.example'] } } }) })
    const change = async (body: object) => (await wire.send('PATCH', `/certificates/c/policy?${v}`, { body })).json
    const before = (await get(wire, 'certificates/c/policy')).json
    assert.deepEqual(await change({ key_props: {}, x509_props: { sans: {} }, issuer: {}, secret_props: {} }), before)
    const after = await change({ x509_props: { validity_months: 3 }, lifetime_actions: [] })
    assert.deepEqual(
      [at(after, 'x509_props', 'validity_months'), at(after, 'x509_props', 'sans'), at(after, 'lifetime_actions')],
      [3, { dns_names: ['a.example'] }, []],
    )
    assert.deepEqual(at(await change({ key_props: { kty: 'RSA' } }), 'key_props'), {
      exportable: true,
      kty: 'RSA',
      key_size: 2048,
      reuse_key: false,
    })
    assert.equal(
      message(await wire.send('PATCH', `/certificates/c/policy?${v}`, { body: { issuer: { name: 'x' } } })).includes(
        'The issuer x is not defined',
      ),
      true,
    )
  })
})

describe('an import on the wire', () => {
  test('gives back what came, as PKCS#12 with an empty password where nothing else is said', async () => {
    const wire = await withVault()
    const pem = selfSignedPem('CN=b, S=Bern, C=CH', lives(wire))
    const body = { value: pem, policy: { secret_props: { contentType: 'application/x-pkcs12' } } }
    const made = await bring(wire, 'c', body)
    assert.equal(made.status, 200, made.text)
    assert.equal(at(made.json, 'cer'), new X509Certificate(pem).raw.toString('base64'))
    assert.deepEqual(at(made.json, 'policy', 'x509_props'), {
      subject: 'CN=b, S=Bern, C=CH',
      ekus: [],
      key_usage: ['digitalSignature'],
      validity_months: 3,
      basic_constraints: { ca: false },
    })
    const secret = await get(wire, 'secrets/c')
    const opened = await (await wire.context.pki()).readPkcs12(Buffer.from(String(at(secret.json, 'value')), 'base64'), '')
    assert(!('flaw' in opened))
    const [key] = opened.keys
    assert(key !== undefined)
    const found = createPrivateKey({ key: Buffer.from(key.bytes), format: 'der', type: 'pkcs8' })
    assert(found.equals(createPrivateKey(pem)))
    assert.equal(at((await get(wire, 'certificates/c')).json, 'pending'), undefined)
    const asPem = await get(wire, 'secrets/c?outContentType=application%2Fx-pem-file')
    assert.match(String(at(asPem.json, 'value')), /^-----BEGIN PRIVATE KEY-----[\s\S]+-----BEGIN CERTIFICATE-----/)
    assert.equal(at(asPem.json, 'contentType'), 'application/x-pem-file')
  })

  test('says what is wrong without a byte of it, and audits neither password nor key', async () => {
    const wire = await withVault()
    const pem = selfSignedPem('CN=b', lives(wire))
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    const certificate = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))
    for (const [value, words] of [
      [certificate, /^No certificate with private key found/],
      ['****', /neither base64 nor PEM/],
      ['AAAA', /not a PKCS #12 container/],
      [pem + pem, /more than one private key/],
      [weak + certificate, /^Unsupported key size \(1024\)/],
      [pem.replace('PRIVATE KEY', 'EC PRIVATE KEY').replace('END PRIVATE', 'END EC PRIVATE'), /is to be PKCS #8/],
    ] as const) {
      const refused = await bring(wire, 'c', { value, pwd: 'CANARY-password' })
      assert.equal(refused.status, 400)
      assert.match(message(refused), words)
      assert(!refused.text.includes('CANARY'))
    }
    const secretLine = pem.split('\n')[1] ?? assert.fail('no body')
    const said = JSON.stringify(wire.rows())
    assert(!said.includes('CANARY') && !said.includes(secretLine))
    assert.equal((await get(wire, 'certificates/c')).status, 404)
    const tooLong = await bring(wire, 'c', { value: pem, pwd: 'x'.repeat(201) })
    assert.equal(message(tooLong), 'The property "pwd" must be at most 200 characters long.')
  })
})

describe('issuers and contacts', () => {
  test('an issuer’s password comes back nowhere, and its name is not that of one that everybody has', async () => {
    const wire = await withVault()
    const put = async (name: string, body: object) => wire.send('PUT', `/certificates/issuers/${name}?${v}`, { body })
    const made = await put('corp', { provider: 'DigiCert', credentials: { account_id: 'me', pwd: 'CANARY' }, org_details: { id: 'o' } })
    assert.equal(made.status, 200, made.text)
    assert.deepEqual(made.json, {
      id: `${base}/certificates/issuers/corp`,
      provider: 'DigiCert',
      credentials: { account_id: 'me' },
      org_details: { id: 'o', zip: 0, admin_details: [] },
      attributes: { enabled: true, created: 1_800_000_000, updated: 1_800_000_000 },
    })
    assert(!JSON.stringify(wire.rows()).includes('CANARY'))
    assert.deepEqual(refusal(await put('Self', { provider: 'x' })), bad)
    const changed = await wire.send('PATCH', `/certificates/issuers/CORP?${v}`, { body: { attributes: { enabled: false } } })
    assert.deepEqual([at(changed.json, 'attributes', 'enabled'), at(changed.json, 'credentials', 'account_id')], [false, 'me'])
    assert.deepEqual(at((await get(wire, 'certificates/issuers')).json, 'value'), [
      { id: `${base}/certificates/issuers/corp`, provider: 'DigiCert' },
    ])
    assert.equal((await wire.send('DELETE', `/certificates/issuers/corp?${v}`)).status, 200)
    assert.deepEqual(refusal(await get(wire, 'certificates/issuers/corp')), [404, 'CertificateIssuerNotFound', undefined])
  })
})
