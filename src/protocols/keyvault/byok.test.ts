// Keys that come wrapped under a key exchange key, as the tools of HSM makers write them (key-vault.md 10.1). OpenSSL wraps.
import assert from 'node:assert/strict'
import { constants, createCipheriv, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { at, message, refusal, version74, withVault, zeros, type VaultWire } from './testing.ts'

const v = version74

const wrappedUnder = (exchangeKey: KeyObject, secret: Uint8Array, oaepHash = 'sha1'): Buffer => {
  const transport = randomBytes(32)
  const cipher = createCipheriv('id-aes256-wrap-pad', transport, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([
    publicEncrypt({ key: exchangeKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, transport),
    cipher.update(secret),
    cipher.final(),
  ])
}

const byokFile = (kid: string, ciphertext: Uint8Array, header: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      schema_version: '1.0.0',
      header: { kid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP', ...header },
      ciphertext: Buffer.from(ciphertext).toString('base64url'),
      generator: 'a test',
    }),
  )

const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' })
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey

async function withExchangeKey(body: object = {}): Promise<VaultWire & { readonly kid: string; readonly exchangeKey: KeyObject }> {
  const wire = await withVault()
  const made = await wire.send('POST', `/keys/kek/create?${v}`, { body: { kty: 'RSA-HSM', key_size: 2048, key_ops: ['import'], ...body } })
  assert.equal(made.status, 200, made.text)
  const jwk = { kty: 'RSA', n: String(at(made.json, 'key', 'n')), e: String(at(made.json, 'key', 'e')) }
  return { ...wire, kid: String(at(made.json, 'key', 'kid')), exchangeKey: createPublicKey({ key: jwk, format: 'jwk' }) }
}

const bring = async ({ send }: VaultWire, file: Uint8Array, key: object) =>
  send('PUT', `/keys/brought?${v}`, { body: { key: { key_hsm: Buffer.from(file).toString('base64url'), ...key } } })

describe('a key under a key exchange key', () => {
  for (const [what, key, asked] of [
    ['RSA-2048', () => rsa(2048), { kty: 'RSA-HSM' }],
    ['RSA-3072', () => rsa(3072), { kty: 'RSA-HSM' }],
    ['RSA-4096', () => rsa(4096), { kty: 'RSA-HSM' }],
    ['P-256', () => ec('P-256'), { kty: 'EC-HSM', crv: 'P-256' }],
    ['P-256K', () => ec('secp256k1'), { kty: 'EC-HSM', crv: 'SECP256K1' }],
    ['P-384', () => ec('P-384'), { kty: 'EC-HSM', crv: 'P-384' }],
    ['P-521', () => ec('P-521'), { kty: 'EC-HSM', crv: 'P-521' }],
    ['P-384 for software', () => ec('P-384'), { kty: 'EC' }],
  ] as const)
    test(`${what}: comes out as it was, and nothing of it is shown`, async () => {
      const wire = await withExchangeKey()
      const own = key()
      const file = byokFile(wire.kid, wrappedUnder(wire.exchangeKey, pkcs8(own)))
      const made = await bring(wire, file, { ...asked, key_ops: ['sign'] })
      assert.equal(made.status, 200, made.text)
      const { kty: _kty, crv: _crv, ...numbers } = createPublicKey(own).export({ format: 'jwk' })
      assert.partialDeepStrictEqual(at(made.json, 'key'), { kty: asked.kty, key_ops: ['sign'], ...numbers })
      assert.ok(!made.text.includes('"d"') && !made.text.includes('key_hsm'))
      assert.match(JSON.stringify(wire.rows().at(-1)), /"exchangeKey":"[^"]+\/keys\/kek\/[0-9a-f]{32}"/)
    })

  test('signs like the key that it was', async () => {
    const wire = await withExchangeKey()
    const own = ec('P-256')
    await bring(wire, byokFile(wire.kid, wrappedUnder(wire.exchangeKey, pkcs8(own))), { kty: 'EC-HSM' })
    const signed = await wire.send('POST', `/keys/brought/sign?${v}`, { body: { alg: 'ES256', value: zeros(32) } })
    const good = await wire.send('POST', `/keys/brought/verify?${v}`, {
      body: { alg: 'ES256', digest: zeros(32), value: at(signed.json, 'value') },
    })
    assert.deepEqual(good.json, { value: true })
  })

  test('comes in base64 too', async () => {
    const wire = await withExchangeKey()
    const file = byokFile(wire.kid, wrappedUnder(wire.exchangeKey, pkcs8(ec('P-256'))))
    const made = await bring(wire, file, { kty: 'EC-HSM', key_hsm: file.toString('base64') })
    assert.equal(made.status, 200, made.text)
  })

  test('with one bit turned in any of its parts, or wrapped otherwise, it is refused in the same words', async () => {
    const wire = await withExchangeKey()
    const secret = pkcs8(ec('P-256'))
    const sound = wrappedUnder(wire.exchangeKey, secret)
    const said = new Set<string>()
    const turned = [0, 100, 255, 256, 263, 300, sound.length - 1].map(place => {
      const bytes = Buffer.from(sound)
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
      return bytes
    })
    for (const ciphertext of [
      ...turned,
      sound.subarray(0, 256),
      sound.subarray(0, -8),
      wrappedUnder(wire.exchangeKey, secret, 'sha256'),
      wrappedUnder(wire.exchangeKey, Buffer.concat([secret, Buffer.from([0])])),
      wrappedUnder(wire.exchangeKey, randomBytes(32)),
    ]) {
      const refused = await bring(wire, byokFile(wire.kid, ciphertext), { kty: 'EC-HSM' })
      assert.deepEqual(refusal(refused), [400, 'BadParameter', undefined])
      said.add(message(refused))
    }
    assert.equal(said.size, 1, [...said].join('\n'))
    assert.equal((await wire.send('GET', `/keys/brought?${v}`)).status, 404)
  })

  test('of another type than was said it is refused', async () => {
    const wire = await withExchangeKey()
    const file = byokFile(wire.kid, wrappedUnder(wire.exchangeKey, pkcs8(ec('P-256'))))
    for (const key of [{ kty: 'RSA-HSM' }, { kty: 'EC-HSM', crv: 'P-384' }])
      assert.deepEqual(refusal(await bring(wire, file, key)), [400, 'BadParameter', undefined])
  })

  test('no key is a key exchange key and something else', async () => {
    const { send } = await withExchangeKey()
    for (const [method, path] of [
      ['POST', '/keys/both/create'],
      ['PATCH', '/keys/kek'],
    ] as const) {
      const refused = await send(method, `${path}?${v}`, { body: { kty: 'RSA-HSM', key_ops: ['import', 'sign'] } })
      assert.deepEqual(refusal(refused), [400, 'BadParameter', undefined])
    }
    assert.equal((await send('GET', `/keys/both?${v}`)).status, 404)
  })

  for (const [why, body] of [
    ['can do something else', { key_ops: ['unwrapKey'] }],
    ['is disabled', { attributes: { enabled: false } }],
    ['has expired', { attributes: { exp: 1_700_000_000 } }],
    ['is kept in software', { kty: 'RSA' }],
  ] as const)
    test(`under a key that ${why} it is refused`, async () => {
      const wire = await withExchangeKey(body)
      const refused = await bring(wire, byokFile(wire.kid, wrappedUnder(wire.exchangeKey, pkcs8(ec('P-256')))), { kty: 'EC-HSM' })
      assert.deepEqual(refusal(refused), [400, 'BadParameter', undefined])
      assert.match(message(refused), /must be wrapped under a key exchange key of this vault/)
    })

  test('for another vault, another scheme, or no file at all, it is refused', async () => {
    const wire = await withExchangeKey()
    const ciphertext = wrappedUnder(wire.exchangeKey, pkcs8(ec('P-256')))
    const elsewhere = wire.kid.replace('//v.', '//w.')
    for (const file of [
      byokFile(elsewhere, ciphertext),
      byokFile(wire.kid.replace('/kek/', '/other/'), ciphertext),
      byokFile(wire.kid.slice(0, -33), ciphertext),
      byokFile(wire.kid, ciphertext, { enc: 'A256GCM' }),
      byokFile(wire.kid, ciphertext, { alg: 'RSA-OAEP' }),
      Buffer.from('{}'),
      Buffer.from('no file'),
    ])
      assert.deepEqual(refusal(await bring(wire, file, { kty: 'EC-HSM' })), [400, 'BadParameter', undefined], file.toString())
  })

  test('the exchange key does nothing else', async () => {
    const wire = await withExchangeKey()
    for (const [word, body] of [
      ['unwrapkey', { alg: 'RSA-OAEP', value: zeros(256) }],
      ['sign', { alg: 'RS256', value: zeros(32) }],
    ] as const)
      assert.deepEqual(refusal(await wire.send('POST', `/keys/kek/${word}?${v}`, { body })), [403, 'Forbidden', 'KeyOperationForbidden'])
  })

  test('a standard vault takes none into hardware’s place', async () => {
    const wire = await withVault()
    await wire.addVault('plain', { sku: 'standard' })
    const refused = await wire.send('PUT', `/keys/k?${v}`, {
      host: 'plain.vault.keystead.test',
      body: {
        key: {
          kty: 'RSA-HSM',
          key_hsm: byokFile('https://plain.vault.keystead.test/keys/k/' + '0'.repeat(32), randomBytes(300)).toString('base64url'),
        },
      },
    })
    assert.equal(message(refused), 'Hardware key operation not allowed on standard vault')
  })
})
