import assert from 'node:assert/strict'
import { createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionId, stranger, tenantId } from '#domain/keys/testing.ts'
import { scopeOf } from '#model/brands.ts'
import { at, message, refusal, version74, withVault, zeros, type VaultWire } from './testing.ts'

const v = version74
const bad = [400, 'BadParameter', undefined]
const text = Buffer.from('what was said').toString('base64url')

async function withSymmetric(body: object = {}): Promise<VaultWire> {
  const wire = await withVault()
  const made = await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'oct-HSM', ...body } })
  assert.equal(made.status, 200, made.text)
  return wire
}

const use = async ({ send }: VaultWire, word: string, body: object) => send('POST', `/keys/k/${word}?${v}`, { body })

describe('a symmetric key on the wire', () => {
  test('has 256 bits where none are asked for, is shown without any of them, and does what AES does', async () => {
    const { send } = await withSymmetric()
    const { json, text: shown } = await send('GET', `/keys/k?${v}`)
    assert.deepEqual([at(json, 'key', 'kty'), at(json, 'key', 'key_ops')], ['oct-HSM', ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']])
    assert.ok(!/"(?:k|n|x|d)":/.test(shown))
    for (const bits of [128, 192, 256]) {
      const made = await send('POST', `/keys/k${bits}/create?${v}`, { body: { kty: 'oct-HSM', key_size: bits } })
      assert.equal(made.status, 200)
      const wrapped = await send('POST', `/keys/k${bits}/wrapkey?${v}`, { body: { alg: `A${bits}KW`, value: zeros(32) } })
      const back = await send('POST', `/keys/k${bits}/unwrapkey?${v}`, { body: { alg: `A${bits}KW`, value: at(wrapped.json, 'value') } })
      assert.equal(at(back.json, 'value'), zeros(32))
    }
  })

  test('is premium’s, of three sizes, and never of the software type', async () => {
    const wire = await withVault()
    await wire.addVault('plain', { sku: 'standard' })
    const host = 'plain.vault.keystead.test'
    const refused = await wire.send('POST', `/keys/k/create?${v}`, { host, body: { kty: 'oct-HSM' } })
    assert.deepEqual([...refusal(refused), message(refused)], [...bad, 'Hardware key operation not allowed on standard vault'])
    const size = await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'oct-HSM', key_size: 512 } })
    assert.deepEqual(
      [...refusal(size), message(size)],
      [400, 'BadParameter', 'KeySizeNotSupported', 'Unsupported key size (512). Supported sizes are [128, 192, 256]'],
    )
    assert.deepEqual(refusal(await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'oct' } })), bad)
    const ops = await wire.send('POST', `/keys/k/create?${v}`, { body: { kty: 'oct-HSM', key_ops: ['import'] } })
    assert.match(message(ops), /^Unsupported key operation\(s\): "import"\./)
  })

  test('GCM answers IV, tag and what was authenticated; one bit turned in any of them opens nothing', async () => {
    const wire = await withSymmetric()
    const aad = Buffer.from('for whom').toString('base64url')
    const { json } = await use(wire, 'encrypt', { alg: 'A256GCM', value: text, aad })
    const [value, iv, tag] = ['value', 'iv', 'tag'].map(name => String(at(json, name)))
    assert.deepEqual(
      [Buffer.from(iv ?? '', 'base64url').length, Buffer.from(tag ?? '', 'base64url').length, at(json, 'aad')],
      [12, 16, aad],
    )
    const sound = { alg: 'A256GCM', value, iv, tag, aad }
    assert.equal(at((await use(wire, 'decrypt', sound)).json, 'value'), text)
    const turned = (part: string | undefined): string => {
      const bytes = Buffer.from(part ?? '', 'base64url')
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
      return bytes.toString('base64url')
    }
    const said = new Set<string>()
    for (const change of [{ value: turned(value) }, { iv: turned(iv) }, { tag: turned(tag) }, { aad: turned(aad) }, { aad: undefined }]) {
      const refused = await use(wire, 'decrypt', { ...sound, ...change })
      assert.deepEqual(refusal(refused), bad)
      said.add(message(refused))
    }
    assert.equal(said.size, 1)
    assert.deepEqual(refusal(await use(wire, 'encrypt', { alg: 'A256GCM', value: text, iv })), bad)
  })

  test('an imported one is the key that it was', async () => {
    const wire = await withVault()
    const k = randomBytes(32)
    const key = { kty: 'oct', k: k.toString('base64url'), key_ops: ['encrypt', 'sign', 'verify'] }
    const made = await wire.send('PUT', `/keys/k?${v}`, { body: { key, Hsm: true } })
    assert.equal(made.status, 200, made.text)
    assert.ok(!made.text.includes(key.k))
    const iv = randomBytes(16)
    const { json } = await use(wire, 'encrypt', { alg: 'A256CBCPAD', value: text, iv: iv.toString('base64url') })
    const decipher = createDecipheriv('aes-256-cbc', k, iv)
    const opened = Buffer.concat([decipher.update(Buffer.from(String(at(json, 'value')), 'base64url')), decipher.final()])
    assert.equal(opened.toString(), 'what was said')
    const signed = await use(wire, 'sign', { alg: 'HS256', value: text })
    assert.equal(at(signed.json, 'value'), createHmac('sha256', k).update('what was said').digest('base64url'))
    const verified = await use(wire, 'verify', { alg: 'HS256', digest: text, value: at(signed.json, 'value') })
    assert.deepEqual(verified.json, { value: true })
    for (const wrong of [
      { key, Hsm: false },
      { key: { ...key, k: zeros(20) }, Hsm: true },
      { key: { ...key, k: undefined }, Hsm: true },
    ]) {
      const refused = await wire.send('PUT', `/keys/other?${v}`, { body: wrong })
      assert.deepEqual(refusal(refused), bad)
      assert.match(message(refused), /^The property "key/)
    }
  })

  test('what a pair does it does not, nor a pair what it does', async () => {
    const wire = await withSymmetric({ key_ops: ['encrypt', 'wrapKey', 'sign'] })
    await wire.send('POST', `/keys/rsa/create?${v}`, { body: { kty: 'RSA' } })
    for (const [word, body, types] of [
      ['k/encrypt', { alg: 'RSA-OAEP', value: text }, ['oct', 'RSA']],
      ['k/sign', { alg: 'ES256', value: zeros(32) }, ['oct', 'EC']],
      ['rsa/encrypt', { alg: 'A256GCM', value: text }, ['RSA', 'oct']],
      ['rsa/sign', { alg: 'HS256', value: text }, ['RSA', 'oct']],
    ] as const) {
      const refused = await wire.send('POST', `/keys/${word}?${v}`, { body })
      assert.deepEqual(refusal(refused), bad)
      for (const type of types) assert.ok(message(refused).includes(`'${type}'`), message(refused))
      const [name] = word.split('/')
      assert.match(message(refused), new RegExp(`Key https://[^ ]+/keys/${name}/[0-9a-f]{32} has key type`))
    }
    assert.match(message(await use(wire, 'wrapkey', { alg: 'A256GCM', value: text })), /wraps no keys/)
  })

  test('is rotated, backed up and restored as what it is', async () => {
    const wire = await withSymmetric({ key_size: 128 })
    const { send } = wire
    const first = await use(wire, 'encrypt', { alg: 'A128GCM', value: text })
    assert.equal((await send('POST', `/keys/k/rotate?${v}`)).status, 200)
    const backup = at((await send('POST', `/keys/k/backup?${v}`)).json, 'value')
    await send('DELETE', `/keys/k?${v}`)
    await send('DELETE', `/deletedkeys/k?${v}`)
    assert.equal((await send('POST', `/keys/restore?${v}`, { body: { value: backup } })).status, 200)
    const { kid: _kid, ...ciphertext } = first.json as Record<string, unknown>
    assert.deepEqual(refusal(await use(wire, 'decrypt', { alg: 'A128GCM', ...ciphertext })), bad, 'the new version is another key')
    const version = String(at(first.json, 'kid')).slice(-32)
    assert.equal(at((await use(wire, `${version}/decrypt`, { alg: 'A128GCM', ...ciphertext })).json, 'value'), text)
  })

  test('its reader may not use it: a symmetric key has no public half', async () => {
    const wire = await withSymmetric({ key_ops: ['encrypt', 'wrapKey', 'sign', 'verify'] })
    await wire.send('POST', `/keys/rsa/create?${v}`, { body: { kty: 'RSA' } })
    await wire.as(async call => {
      const scopeId = `/subscriptions/${subscriptionId}`
      wire.context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
        path: [scopeId, 'reader'],
        value: {
          name: 'reader',
          scopeId,
          scope: scopeOf(['', scopeId]),
          // Key Vault Reader: keys/read, and nothing else of keys.
          roleId: '21090545-7ca7-4776-b22c-e363652d74d2',
          principalId: stranger.id,
          principalType: 'ServicePrincipal',
          createdAt: 0,
          createdBy: stranger.id,
          updatedAt: 0,
          updatedBy: stranger.id,
        },
      })
    })
    const as = 'stranger'
    const asReader = async (path: string, body: object) => wire.send('POST', `/keys/${path}?${v}`, { as, body })
    assert.equal((await wire.send('GET', `/keys/k?${v}`, { as })).status, 200)
    assert.equal((await asReader('rsa/encrypt', { alg: 'RSA-OAEP', value: text })).status, 200, 'control: with a pair it is a reader’s')
    for (const [word, body] of [
      ['encrypt', { alg: 'A256GCM', value: text }],
      ['wrapkey', { alg: 'A256KW', value: zeros(32) }],
      ['verify', { alg: 'HS256', digest: text, value: zeros(32) }],
      ['sign', { alg: 'HS256', value: text }],
    ] as const)
      assert.deepEqual(refusal(await asReader(`k/${word}`, body)), [403, 'Forbidden', 'ForbiddenByRbac'], word)
    assert.match(JSON.stringify(wire.rows().at(-2)), /"allow":false/)
  })
})
