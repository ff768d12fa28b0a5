import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { at, message, refusal, version74, withVault } from './testing.ts'

const v = 'api-version=2026-05-01-preview'
const bad = [400, 'BadParameter', undefined]
const text = Buffer.from('what was said')
const value = text.toString('base64url')

const membersOf = (key: KeyObject): ReadonlyMap<string, string> =>
  new Map(Object.entries(key.export({ format: 'jwk' })).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))

describe('an ML-DSA key on the wire', () => {
  test('is made by its set of parameters, shows its public half, and signs for a context', async () => {
    const { send } = await withVault()
    const made = await send('POST', `/keys/k/create?${v}`, { body: { kty: 'AKP', alg: 'ML-DSA-65' } })
    assert.equal(made.status, 200, made.text)
    const key = at(made.json, 'key')
    assert.ok(typeof key === 'object' && key !== null)
    assert.deepEqual(Object.keys(key).sort(), ['alg', 'key_ops', 'kid', 'kty', 'pub'])
    assert.deepEqual([at(key, 'kty'), at(key, 'alg'), at(key, 'key_ops')], ['AKP', 'ML-DSA-65', ['sign', 'verify']])
    const context = Buffer.from('for this').toString('base64url')
    const signed = await send('POST', `/keys/k/sign?${v}`, { body: { alg: 'ML-DSA-65', value, context } })
    assert.equal(signed.status, 200, signed.text)
    const signature = String(at(signed.json, 'value'))
    const own = createPublicKey({
      key: Object.fromEntries(Object.entries(key).filter(([, member]) => typeof member === 'string')),
      format: 'jwk',
    })
    assert.ok(verify(null, text, { key: own, context: Buffer.from('for this') }, Buffer.from(signature, 'base64url')))
    const good = async (more: object) =>
      (await send('POST', `/keys/k/verify?${v}`, { body: { alg: 'ML-DSA-65', digest: value, value: signature, ...more } })).json
    assert.deepEqual([await good({ context }), await good({})], [{ value: true }, { value: false }])
  })

  test('an imported one is the key that its seed makes', async () => {
    const { send } = await withVault()
    const jwk = membersOf(generateKeyPairSync('ml-dsa-44').privateKey)
    const key = { kty: 'AKP', alg: 'ML-DSA-44', pub: jwk.get('pub'), priv: jwk.get('priv') }
    const made = await send('PUT', `/keys/k?${v}`, { body: { key } })
    assert.deepEqual([made.status, at(made.json, 'key', 'pub')], [200, key.pub])
    assert.ok(!made.text.includes(key.priv ?? 'priv'))
    const other = membersOf(generateKeyPairSync('ml-dsa-44').publicKey).get('pub')
    for (const wrong of [
      { ...key, pub: other },
      { ...key, priv: 'AAAA' },
      { ...key, priv: undefined },
      { ...key, alg: 'ML-DSA-65' },
    ]) {
      const refused = await send('PUT', `/keys/other?${v}`, { body: { key: wrong } })
      assert.deepEqual(refusal(refused), bad)
      assert.match(message(refused), /^The property "key" must be a valid JsonWebKey object/)
    }
  })

  test('is a type of its own version and later, needs its parameters, and is premium’s as hardware key', async () => {
    const wire = await withVault()
    await wire.addVault('plain', { sku: 'standard' })
    const create = async (body: object, version = v, host?: string) =>
      wire.send('POST', `/keys/k/create?${version}`, { body, ...(host !== undefined && { host }) })
    for (const version of [version74, 'api-version=2026-04-01'])
      assert.deepEqual(refusal(await create({ kty: 'AKP', alg: 'ML-DSA-44' }, version)), bad, version)
    for (const alg of [undefined, 'ML-DSA-43', 'ES256']) assert.deepEqual(refusal(await create({ kty: 'AKP', alg })), bad)
    const plain = 'plain.vault.keystead.test'
    assert.equal((await create({ kty: 'AKP', alg: 'ML-DSA-44' }, v, plain)).status, 200)
    assert.equal(
      message(await create({ kty: 'AKP-HSM', alg: 'ML-DSA-44' }, v, plain)),
      'Hardware key operation not allowed on standard vault',
    )
    assert.equal(at((await create({ kty: 'AKP-HSM', alg: 'ML-DSA-44' })).json, 'key', 'kty'), 'AKP-HSM')
  })

  test('signs by its own algorithm alone, hashes by itself, and lends its context to no other key', async () => {
    const { send } = await withVault()
    await send('POST', `/keys/k/create?${v}`, { body: { kty: 'AKP', alg: 'ML-DSA-44' } })
    await send('POST', `/keys/ec/create?${v}`, { body: { kty: 'EC' } })
    for (const [name, body] of [
      ['k', { alg: 'ML-DSA-87', value }],
      ['k', { alg: 'ES256', value }],
      ['k', { alg: 'ML-DSA-44', value, external_mu: true }],
      ['k', { alg: 'ML-DSA-44', value, context: Buffer.alloc(256).toString('base64url') }],
      ['ec', { alg: 'ML-DSA-44', value }],
      ['ec', { alg: 'ES256', value: Buffer.alloc(32).toString('base64url'), context: value }],
    ] as const)
      assert.deepEqual(refusal(await send('POST', `/keys/${name}/sign?${v}`, { body })), bad, JSON.stringify(body))
  })

  test('is rotated, backed up and restored as what it is', async () => {
    const { send } = await withVault()
    await send('POST', `/keys/k/create?${v}`, { body: { kty: 'AKP', alg: 'ML-DSA-44' } })
    const signed = await send('POST', `/keys/k/sign?${v}`, { body: { alg: 'ML-DSA-44', value } })
    assert.equal(at((await send('POST', `/keys/k/rotate?${v}`)).json, 'key', 'alg'), 'ML-DSA-44')
    const backup = at((await send('POST', `/keys/k/backup?${v}`)).json, 'value')
    await send('DELETE', `/keys/k?${v}`)
    await send('DELETE', `/deletedkeys/k?${v}`)
    assert.equal((await send('POST', `/keys/restore?${v}`, { body: { value: backup } })).status, 200)
    const version = String(at(signed.json, 'kid')).slice(-32)
    const body = { alg: 'ML-DSA-44', digest: value, value: at(signed.json, 'value') }
    assert.deepEqual((await send('POST', `/keys/k/${version}/verify?${v}`, { body })).json, { value: true })
    assert.deepEqual((await send('POST', `/keys/k/verify?${v}`, { body })).json, { value: false })
  })
})
