import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { at, ecKey, message, refusal, vaultWire, version74, withKey, withVault } from './testing.ts'

const v = version74
const ec = ecKey

describe('bodies', () => {
  for (const [why, body, text] of [
    ['no kty', {}, 'The property "kty" must be one of RSA, RSA-HSM, EC, EC-HSM, oct-HSM, AKP, AKP-HSM.'],
    ['a kty nobody knows', { kty: 'DES' }, undefined],
    ['a symmetric kty', { kty: 'oct', key_size: 256 }, undefined],
    ['kty in another case', { kty: 'rsa' }, undefined],
    ['a number for a string', { kty: 1 }, undefined],
    ['a fraction of a bit', { kty: 'RSA', key_size: 2048.5 }, 'The property "key_size" must be an integer.'],
    ['an exponent', { kty: 'RSA', public_exponent: 3 }, 'The property "public_exponent" must be 65537.'],
    ['an operation nobody knows', { kty: 'RSA', key_ops: ['fly'] }, undefined],
    [
      'operations of another type',
      { ...ec, key_ops: ['encrypt', 'sign'] },
      'Unsupported key operation(s): "encrypt". Supported values are "sign", "verify".',
    ],
    ['enabled as a word', { ...ec, attributes: { enabled: 'yes' } }, 'The property "attributes.enabled" must be a boolean.'],
    [
      'a window that ends first',
      { ...ec, attributes: { nbf: 2_000_000_000, exp: 1_900_000_000 } },
      'The property "exp" must be later than the property "nbf".',
    ],
    ['a time beyond the calendar', { ...ec, attributes: { exp: 1e15 } }, undefined],
    ['a tag that is a number', { ...ec, tags: { a: 1 } }, undefined],
    ['a tag that is null', { ...ec, tags: { a: null } }, undefined],
    [
      '16 tags',
      { ...ec, tags: Object.fromEntries(Array.from({ length: 16 }, (_, tag) => [tag, 'v'])) },
      'The property "tags" must be an object of at most 15 tags.',
    ],
    ['a tag of 257 characters', { ...ec, tags: { a: 'v'.repeat(257) } }, undefined],
    ['a curve nobody knows', { kty: 'EC', crv: 'P-224' }, undefined],
    ['an exportable key', { ...ec, attributes: { exportable: true } }, 'AKV.SKR.1004: Exportable keys must have release policy.'],
    [
      'an exportable software key',
      { ...ec, attributes: { exportable: true }, release_policy: { data: 'e30' } },
      'AKV.SKR.1006: Software keys cannot be exportable.',
    ],
    ['a release policy', { ...ec, release_policy: { data: 'e30' } }, 'AKV.SKR.1005: Non-exportable keys must not have release policy.'],
    ['an array', [ec], 'The request body must be a JSON object.'],
    ['null', null, 'The request body must be a JSON object.'],
    [
      'a tag that would be lost',
      Buffer.from('{"kty":"EC","tags":{"__proto__":"x"}}'),
      'The property "tags" must hold no tag of the name __proto__.',
    ],
    ['no JSON', Buffer.from('kty=RSA'), 'The body is not JSON.'],
    ['a member twice', Buffer.from('{"kty":"EC","kty":"RSA"}'), 'The body has a member twice.'],
  ] as const)
    test(`${why}: 400, and no key is made`, async () => {
      const { send } = await withVault()
      const heard = await send('POST', `/keys/k/create?${v}`, { body })
      assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined])
      if (text !== undefined) assert.equal(message(heard), text)
      assert.deepEqual(refusal(await send('GET', `/keys/k?${v}`)), [404, 'KeyNotFound', undefined])
    })

  test('an RSA size that is not offered says which are', async () => {
    const { send } = await withVault()
    const heard = await send('POST', `/keys/k/create?${v}`, { body: { kty: 'RSA', key_size: 1024 } })
    assert.deepEqual(refusal(heard), [400, 'BadParameter', 'KeySizeNotSupported'])
    assert.equal(message(heard), 'Unsupported key size (1024). Supported sizes are [2048, 3072, 4096]')
  })

  test('a size beside a curve, null members and unknown ones do not matter', async () => {
    const { send } = await withVault()
    const body = { ...ec, key_size: 2048, public_exponent: null, tags: null, attributes: { nbf: null, hsmPlatform: '2' }, new_member: {} }
    const made = await send('POST', `/keys/k/create?${v}`, { body })
    assert.deepEqual([made.status, at(made.json, 'key', 'crv')], [200, 'P-256'], made.text)
  })

  test('an exponent of 0 is one that nobody chose', async () => {
    const { send } = await withVault()
    const made = await send('POST', `/keys/k/create?${v}`, { body: { kty: 'RSA', public_exponent: 0 } })
    assert.deepEqual([made.status, at(made.json, 'key', 'e')], [200, 'AQAB'], made.text)
  })

  test('nothing makes a key that is there exportable', async () => {
    const { send, kid } = await withKey()
    const versioned = new URL(kid).pathname
    for (const [path, body, text] of [
      ['/keys/k', { attributes: { exportable: true } }, 'AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.'],
      ['/keys/k', { release_policy: { data: 'e30' } }, 'AKV.SKR.1005: Non-exportable keys must not have release policy.'],
      [versioned, { release_policy: { data: 'e30' } }, 'AKV.SKR.1016: The release policy can be set on the versionless key alone.'],
    ] as const) {
      const heard = await send('PATCH', `${path}?${v}`, { body })
      assert.deepEqual([refusal(heard), message(heard)], [[400, 'BadParameter', undefined], text])
    }
    assert.equal((await send('PATCH', `/keys/k?${v}`, { body: { attributes: { exportable: false } } })).status, 200)
  })

  test('an exportable hardware key needs a premium vault and 7.3, and then a policy that is one', async () => {
    const wire = await vaultWire()
    await wire.addVault('v', { sku: 'premium' })
    await wire.addVault('w', { sku: 'standard' })
    const body = { kty: 'EC-HSM', attributes: { exportable: true }, release_policy: { data: 'e30' } }
    const asked = async (host: string, version: string) =>
      message(await wire.send('POST', `/keys/k/create?api-version=${version}`, { host: `${host}.vault.keystead.test`, body }))
    assert.match(await asked('w', '7.4'), /^AKV\.SKR\.1001/)
    assert.match(await asked('v', '7.2'), /^AKV\.SKR\.1001/)
    assert.match(await asked('v', '7.3'), /release_policy\.data/)
  })

  for (const [type, status] of [
    ['application/json', 200],
    ['Application/JSON; charset=utf-8', 200],
    ['application/merge-patch+json', 200],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonp', 415],
  ] as const)
    test(`a body as ${type}: ${status}`, async () => {
      const { send } = await withVault()
      const heard = await send('POST', `/keys/k/create?${v}`, { body: ec, headers: { 'content-type': type } })
      assert.equal(heard.status, status, heard.text)
      assert.equal((await send('GET', `/keys/k?${v}`)).status, status === 200 ? 200 : 404)
    })

  test('an RSA key that does not add up is refused in the words that tools look for', async () => {
    const { send } = await withVault()
    const [own, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }))
    for (const key of [
      { ...own, d: other?.d },
      { ...own, p: other?.p },
    ]) {
      const refused = await send('PUT', `/keys/k?${v}`, { body: { key } })
      assert.deepEqual(refusal(refused), [400, 'BadParameter', undefined])
      assert.match(message(refused), /^RSA key is not valid - cannot instantiate crypto service/)
    }
  })

  test('a body-less request may name any type', async () => {
    const { send } = await withKey()
    assert.equal((await send('POST', `/keys/k/backup?${v}`, { headers: { 'content-type': 'text/plain' } })).status, 200)
  })

  test('a body over the limit is 413 in the envelope', async () => {
    const { send } = await withVault()
    assert.deepEqual(refusal(await send('POST', `/keys/k/create?${v}`, { body: Buffer.alloc(64 * 1024 + 1, 32) })), [
      413,
      'RequestTooLarge',
      undefined,
    ])
  })

  for (const value of ['', '****', 'AAAA=', 'A', 'AAB', 'AA A', 'AA+A', 7, [], { a: 1 }, undefined])
    test(`${value === undefined ? 'nothing' : JSON.stringify(value)} is no value to sign`, async () => {
      const { send } = await withKey()
      assert.deepEqual(refusal(await send('POST', `/keys/k/sign?${v}`, { body: { alg: 'ES256', value } })), [
        400,
        'BadParameter',
        undefined,
      ])
    })
})
