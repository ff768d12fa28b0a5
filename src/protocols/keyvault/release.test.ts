import assert from 'node:assert/strict'
import { createPublicKey, createSecretKey, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  attestationOutside,
  attested,
  authority,
  machineKey,
  machineKid,
  policyText,
  privateKeyOf,
  releasePolicy,
  unwrapped,
} from '#domain/keys/attestation-testing.ts'
import { parseJws } from '#crypto/jws.ts'
import { at, message, refusal, vaultWire, type Heard } from './testing.ts'

const v = 'api-version=7.4'
const exportable = { attributes: { exportable: true }, release_policy: releasePolicy }

async function premium(more: { readonly attestationAuthorities?: readonly string[] } = {}) {
  const wire = await vaultWire({ attestationAuthorities: [authority], outgoing: attestationOutside, ...more })
  await wire.addVault('v', { sku: 'premium' })
  const made = await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'RSA-HSM', ...exportable } })
  assert.equal(made.status, 200, made.text)
  const token = (claims?: Readonly<Record<string, unknown>>) => attested(wire.clock.now(), claims)
  const release = async (body: object, path = '/keys/k/release') => wire.send('POST', `${path}?${v}`, { body })
  return { wire, made, token, release }
}

/** The compact JWS of an answer, taken apart, once its signature is the certificate's that it brings along. */
function opened(heard: Heard) {
  assert.equal(heard.status, 200, heard.text)
  const jws = parseJws(String(at(heard.json, 'value'))) ?? assert.fail('no JWS')
  const [der] = jws.header['x5c'] as readonly string[]
  const certificate = new X509Certificate(Buffer.from(der ?? '', 'base64'))
  assert.ok(verify('sha256', Buffer.from(jws.signedText), certificate.publicKey, jws.signature))
  assert.equal(certificate.subject, 'CN=vault.keystead.test')
  const { request, response } = jws.claims as {
    readonly request: Readonly<Record<string, string>>
    readonly response: {
      readonly key: { readonly key: Readonly<Record<string, string>>; readonly attributes: object; readonly release_policy: object }
    }
  }
  const blob = JSON.parse(Buffer.from(response.key.key['key_hsm'] ?? '', 'base64url').toString()) as {
    readonly schema_version: string
    readonly header: Readonly<Record<string, string>>
    readonly ciphertext: string
  }
  return { request, key: response.key, blob, ciphertext: Buffer.from(blob.ciphertext, 'base64url') }
}

describe('a key with a release policy', () => {
  test('shows it byte for byte, in no list and not once it is deleted', async () => {
    const { wire, made } = await premium()
    assert.deepEqual(at(made.json, 'release_policy'), {
      contentType: 'application/json; charset=utf-8',
      immutable: false,
      ...releasePolicy,
    })
    assert.equal(at(made.json, 'attributes', 'exportable'), true)
    const listed = await wire.send('GET', `/keys?${v}`)
    assert.ok(!listed.text.includes('release_policy') && listed.text.includes('"exportable":true'), listed.text)
    const old = await wire.send('GET', '/keys/k?api-version=7.2')
    assert.ok(!old.text.includes('release_policy') && !old.text.includes('exportable'))
    const deleted = await wire.send('DELETE', `/keys/k?${v}`)
    assert.ok(!deleted.text.includes('release_policy'), deleted.text)
  })

  test('may carry the operation export, which no other key may', async () => {
    const { wire } = await premium()
    const words = ['sign', 'export']
    const made = await wire.send('POST', `/keys/out/create?${v}`, { body: { kty: 'RSA-HSM', key_ops: words, ...exportable } })
    assert.deepEqual(at(made.json, 'key', 'key_ops'), words)
    const changed = await wire.send('PATCH', `/keys/out?${v}`, { body: { key_ops: ['export'] } })
    assert.deepEqual(at(changed.json, 'key', 'key_ops'), ['export'])
    const refused = await wire.send('POST', `/keys/plain/create?${v}`, { body: { kty: 'RSA-HSM', key_ops: words } })
    assert.deepEqual(refusal(refused), [400, 'BadParameter', undefined])
  })

  test('stays exportable over its versions, and a key without one never becomes it', async () => {
    const { wire } = await premium()
    const rotated = await wire.send('POST', `/keys/k/rotate?${v}`)
    assert.equal(at(rotated.json, 'attributes', 'exportable'), true)
    assert.equal(Buffer.from(String(at(rotated.json, 'release_policy', 'data')), 'base64url').toString(), policyText)
    const silent = await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'RSA-HSM' } })
    assert.match(message(silent), /^AKV\.SKR\.1003/)
    assert.equal((await wire.send('POST', `/keys/plain/create?${v}`, { body: { kty: 'RSA-HSM' } })).status, 200)
    const later = await wire.send('POST', `/keys/plain/create?${v}`, { body: { kty: 'RSA-HSM', ...exportable } })
    assert.match(message(later), /^AKV\.SKR\.1003/)
    const untrue = await wire.send('PATCH', `/keys/k?${v}`, { body: { attributes: { exportable: false } } })
    assert.match(message(untrue), /^AKV\.SKR\.1003/)
  })

  test('changes its policy, until one says that it is immutable', async () => {
    const { wire } = await premium()
    const set = async (more: object) => wire.send('PATCH', `/keys/k?${v}`, { body: { release_policy: { ...releasePolicy, ...more } } })
    const other = Buffer.from(policyText.replace('sevsnpvm', 'tdxvm')).toString('base64url')
    assert.equal(at((await set({ data: other })).json, 'release_policy', 'data'), other)
    assert.equal(at((await set({ immutable: true })).json, 'release_policy', 'immutable'), true)
    for (const more of [{ data: other, immutable: true }, { immutable: false }]) assert.match(message(await set(more)), /^AKV\.SKR\.1020/)
    assert.equal((await set({ immutable: true })).status, 200)
  })

  for (const [what, text] of [
    ['no JSON', '{'],
    ['another version', policyText.replace('1.0.0', '2.0.0')],
    ['no condition', JSON.stringify({ version: '1.0.0', anyOf: [{ authority, allOf: [] }] })],
    ['an authority without https', policyText.replace('https', 'http')],
    ['both allOf and anyOf', policyText.replace('"allOf":[', '"anyOf":[{"claim":"a","equals":1}],"allOf":[')],
    ['an operator of its own', policyText.replace('equals', 'matches')],
    ['a thousand levels', `${'{"anyOf":['.repeat(1_000)}${']}'.repeat(1_000)}`],
    ['more than it may hold', policyText.replace('sevsnpvm', 'x'.repeat(11_000))],
  ] as const)
    test(`is not made with ${what}`, async () => {
      const { wire } = await premium()
      const body = { kty: 'RSA-HSM', attributes: { exportable: true }, release_policy: { data: Buffer.from(text).toString('base64url') } }
      const heard = await wire.send('POST', `/keys/bad/create?${v}`, { body })
      assert.equal(heard.status, 400)
      assert.match(message(heard), /release_policy\.data/)
      assert.equal((await wire.send('GET', `/keys/bad?${v}`)).status, 404)
    })
})

describe('a release', () => {
  for (const [enc, hash] of [
    [undefined, 'sha1'],
    ['CKM_RSA_AES_KEY_WRAP', 'sha1'],
    ['RSA_AES_KEY_WRAP_256', 'sha256'],
    ['RSA_AES_KEY_WRAP_384', 'sha384'],
  ] as const)
    test(`hands the private key to the machine's own key by ${enc ?? 'the usual wrapping'}`, async () => {
      const { token, release, made } = await premium()
      const { request, key, blob, ciphertext } = opened(await release({ target: token({ nonce: 'n' }), nonce: 'n', ...(enc && { enc }) }))
      assert.deepEqual(request, {
        'api-version': '7.4',
        enc: enc ?? 'CKM_RSA_AES_KEY_WRAP',
        kid: 'https://v.vault.keystead.test:8443/keys/k',
        nonce: 'n',
      })
      assert.deepEqual([blob.schema_version, blob.header], ['1.0', { kid: machineKid, alg: 'dir', enc: enc ?? 'CKM_RSA_AES_KEY_WRAP' }])
      const { key_hsm: _, ...shown } = key.key
      assert.deepEqual({ ...key, key: shown }, made.json)
      const signature = sign('sha256', Buffer.from('x'), privateKeyOf(unwrapped(ciphertext, hash)))
      const { n = '', e = '' } = shown
      assert.ok(verify('sha256', Buffer.from('x'), createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }), signature))
    })

  test('of an imported symmetric key gives its bytes, of an EC key its pair', async () => {
    const { wire, token, release } = await premium()
    const secret = createSecretKey(Buffer.alloc(32, 5)).export({ format: 'jwk' })
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const brought = [
      ['sym', { kty: 'oct-HSM', k: secret.k }],
      ['ec', { ...pair.privateKey.export({ format: 'jwk' }), kty: 'EC-HSM' }],
    ] as const
    for (const [name, key] of brought) {
      const heard = await wire.send('PUT', `/keys/${name}?${v}`, { body: { key, ...exportable } })
      assert.equal(heard.status, 200, heard.text)
    }
    assert.deepEqual(unwrapped(opened(await release({ target: token() }, '/keys/sym/release')).ciphertext, 'sha1'), Buffer.alloc(32, 5))
    const out = privateKeyOf(unwrapped(opened(await release({ target: token() }, '/keys/ec/release')).ciphertext, 'sha1'))
    assert.deepEqual(out.export({ format: 'jwk' }), pair.privateKey.export({ format: 'jwk' }))
  })

  test('of one version is of that version; of an expired one too, of a disabled one not', async () => {
    const { wire, token, release, made } = await premium()
    const [, , , , , version = ''] = String(at(made.json, 'key', 'kid')).split('/')
    await wire.send('POST', `/keys/k/rotate?${v}`)
    const { key } = opened(await release({ target: token() }, `/keys/k/${version}/release`))
    assert.equal(key.key['kid'], at(made.json, 'key', 'kid'))
    const exp = Math.floor(wire.clock.now() / 1_000) - 10
    await wire.send('PATCH', `/keys/k/${version}?${v}`, { body: { attributes: { exp } } })
    opened(await release({ target: token() }, `/keys/k/${version}/release`))
    await wire.send('PATCH', `/keys/k/${version}?${v}`, { body: { attributes: { enabled: false } } })
    const refused = await release({ target: token() }, `/keys/k/${version}/release`)
    assert.equal(refused.status, 403)
  })

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  const second = 1_000
  const refusals: readonly (readonly [
    what: string,
    because: RegExp,
    target: (now: number) => string,
    more?: Readonly<Record<string, unknown>>,
  ])[] = [
    ['a stranger signed', /signature/, now => attested(now, {}, stranger)],
    ['another authority vouches', /not trusted/, now => attested(now, { iss: 'https://other.example.test' })],
    ['is over', /"exp"/, now => attested(now - 3_600 * second)],
    ['has not begun', /"nbf"/, now => attested(now + 3_600 * second)],
    ['claims something else', /x-ms-attestation-type/, now => attested(now, { 'x-ms-isolation-tee': { 'x-ms-attestation-type': 'none' } })],
    ['claims nothing', /x-ms-attestation-type/, now => attested(now, { 'x-ms-isolation-tee': undefined })],
    ['has no key', /x-ms-runtime\.keys/, now => attested(now, { 'x-ms-runtime': { keys: [] } })],
    [
      'has a key for signatures',
      /x-ms-runtime\.keys/,
      now => attested(now, { 'x-ms-runtime': { keys: [{ ...machineKey, key_use: 'sig' }] } }),
    ],
    ['has a weak key', /x-ms-runtime\.keys/, now => attested(now, { 'x-ms-runtime': { keys: [{ ...machineKey, ...small }] } })],
    ['says another nonce', /"nonce"/, now => attested(now, { nonce: 'other' }), { nonce: 'mine' }],
    ['says no nonce', /"nonce"/, now => attested(now), { nonce: 'mine' }],
  ]
  for (const [what, because, target, more] of refusals)
    test(`is refused to a token that ${what}`, async () => {
      const { wire, release } = await premium()
      const heard = await release({ target: target(wire.clock.now()), ...more })
      assert.equal(heard.status, 403, heard.text)
      assert.match(message(heard), because)
      assert.ok(!heard.text.includes('ciphertext'))
    })

  test('is refused where the installation trusts no authority, and of a key without a policy', async () => {
    const { token, release } = await premium({ attestationAuthorities: [] })
    assert.equal((await release({ target: token() })).status, 403)
    const { wire, token: good, release: asked } = await premium()
    await wire.send('POST', `/keys/plain/create?${v}`, { body: { kty: 'RSA-HSM' } })
    assert.equal((await asked({ target: good() }, '/keys/plain/release')).status, 403)
  })

  for (const [what, body] of [
    ['no token', {}],
    ['a token that is none', { target: 'e30.e30.e30' }],
    ['an unknown wrapping', { target: 'x', enc: 'A256KW' }],
  ] as const)
    test(`with ${what} is a bad request`, async () => {
      const { release } = await premium()
      assert.equal((await release(body)).status, 400)
    })

  test('is one entry that names the authority and nothing of the token', async () => {
    const { wire, token, release } = await premium()
    const target = token()
    await release({ target })
    const row = wire.rows().at(-1)
    assert.equal(row?.['operation'], 'KeyRelease')
    const text = JSON.stringify(row)
    assert.ok(text.includes(authority) && !text.includes(target.split('.')[2] ?? '-'))
  })
})
