import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateKeyPairSync } from 'node:crypto'
import * as fc from 'fast-check'
import { at, ecKey, message, refusal, vaultWire, version74, withKey, withVault, zeros } from './testing.ts'

const v = version74
const ec = ecKey

const keyOf = (json: unknown): object => {
  const key = at(json, 'key')
  assert.ok(typeof key === 'object' && key !== null)
  return key
}

describe('a key on the wire', () => {
  test('is shown with public members only, ids as the caller spells the host, times in seconds', async () => {
    const { kid, send } = await withKey({ ...ec, tags: { a: 'b' }, attributes: { exp: 2_000_000_000 } })
    const { json } = await send('GET', `/keys/k?${v}`)
    assert.match(kid, /^https:\/\/v\.vault\.keystead\.test:8443\/keys\/k\/[0-9a-f]{32}$/)
    assert.deepEqual(Object.keys(keyOf(json)).sort(), ['crv', 'key_ops', 'kid', 'kty', 'x', 'y'])
    assert.equal(Buffer.from(String(at(json, 'key', 'x')), 'base64url').length, 32)
    assert.deepEqual(at(json, 'attributes'), {
      enabled: true,
      exp: 2_000_000_000,
      created: 1_800_000_000,
      updated: 1_800_000_000,
      recoveryLevel: 'CustomizedRecoverable+Purgeable',
      recoverableDays: 7,
      exportable: false,
      hsmPlatform: '0',
    })
    assert.deepEqual(at(json, 'tags'), { a: 'b' })
  })

  for (const [days, kept, level] of [
    [90, false, 'Recoverable+Purgeable'],
    [90, true, 'Recoverable'],
    [30, false, 'CustomizedRecoverable+Purgeable'],
    [30, true, 'CustomizedRecoverable'],
  ] as const)
    test(`of a vault that keeps ${days} days${kept ? ' under purge protection' : ''} it is ${level}`, async () => {
      const { send, addVault } = await vaultWire()
      await addVault('v', { softDeleteRetentionInDays: days, enablePurgeProtection: kept })
      const made = await send('POST', `/keys/k/create?${v}`, { body: ec })
      assert.deepEqual([at(made.json, 'attributes', 'recoveryLevel'), at(made.json, 'attributes', 'recoverableDays')], [level, days])
    })

  test('disabled, early and late it says so, and is still shown', async () => {
    const { send } = await withKey()
    const patch = async (attributes: object) => send('PATCH', `/keys/k?${v}`, { body: { attributes } })
    const sign = async () => send('POST', `/keys/k/sign?${v}`, { body: { alg: 'ES256', value: zeros(32) } })
    for (const [attributes, inner, text] of [
      [{ exp: 1_700_000_000 }, 'KeyExpired', 'Operation sign is not allowed on a key that is expired.'],
      [{ nbf: 1_900_000_000, exp: 1_950_000_000 }, 'KeyNotYetValid', 'Operation sign is not allowed on a key that is not yet valid.'],
      [{ enabled: false }, 'KeyDisabled', 'Operation sign is not allowed on a disabled key.'],
    ] as const) {
      await patch(attributes)
      const heard = await sign()
      assert.deepEqual([...refusal(heard), message(heard)], [403, 'Forbidden', inner, text])
      assert.equal((await send('GET', `/keys/k?${v}`)).status, 200)
    }
  })

  test('what its algorithm cannot take is 400 in the service’s words', async () => {
    const { send } = await withKey()
    const sign = async (alg: string, bytes: number) => send('POST', `/keys/k/sign?${v}`, { body: { alg, value: zeros(bytes) } })
    const short = await sign('ES256', 20)
    assert.deepEqual(
      [...refusal(short), message(short)],
      [400, 'BadParameter', undefined, "Invalid length of 'value': 20 bytes. ES256 requires 32 bytes, encoded with base64url."],
    )
    for (const alg of ['ES384', 'RS256', 'HS256', 'none'])
      assert.deepEqual(refusal(await sign(alg, 32)), [400, 'BadParameter', undefined], alg)
    assert.deepEqual(refusal(await send('POST', `/keys/k/encrypt?${v}`, { body: { alg: 'RSA-OAEP', value: 'AAAA' } })), [
      403,
      'Forbidden',
      'KeyOperationForbidden',
    ])
  })

  test('verify says false of a wrong signature of any length, and refuses a wrong digest', async () => {
    const { send } = await withKey()
    const check = async (digest: string, value: string) => send('POST', `/keys/k/verify?${v}`, { body: { alg: 'ES256', digest, value } })
    for (const bytes of [0, 1, 63, 64, 65]) {
      const heard = await check(zeros(32), zeros(bytes))
      assert.deepEqual([heard.status, heard.json], [200, { value: false }], `${bytes} bytes`)
    }
    assert.equal((await check(zeros(31), zeros(64))).status, 400)
  })

  test('goes through its life: delete, conflict, deleted list, recover, purge', async () => {
    const { send, kid } = await withKey()
    const gone = await send('DELETE', `/keys/k?${v}`)
    const base = 'https://v.vault.keystead.test:8443'
    assert.deepEqual(
      [at(gone.json, 'recoveryId'), at(gone.json, 'deletedDate'), at(gone.json, 'scheduledPurgeDate'), at(gone.json, 'key', 'kid')],
      [`${base}/deletedkeys/k`, 1_800_000_000, 1_800_000_000 + 7 * 86_400, kid],
    )
    assert.deepEqual(refusal(await send('GET', `/keys/k?${v}`)), [404, 'KeyNotFound', undefined])
    const taken = await send('POST', `/keys/k/create?${v}`, { body: ec })
    assert.deepEqual(refusal(taken), [409, 'Conflict', 'ObjectIsDeletedButRecoverable'])
    assert.match(message(taken), /is currently in a deleted but recoverable state, and its name cannot be reused/)
    const listed = await send('GET', `/deletedkeys?${v}`)
    assert.deepEqual([at(listed.json, 'value', 0, 'kid'), at(listed.json, 'nextLink')], [`${base}/keys/k`, null])
    assert.equal(at((await send('POST', `/deletedkeys/k/recover?${v}`)).json, 'key', 'kid'), kid)
    const ghost = await send('POST', `/deletedkeys/k/recover?${v}`)
    assert.deepEqual([...refusal(ghost), message(ghost)], [404, 'KeyNotFound', undefined, 'Deleted Key not found: k'])
    await send('DELETE', `/keys/k?${v}`)
    const purged = await send('DELETE', `/deletedkeys/k?${v}`)
    assert.deepEqual([purged.status, purged.text, purged.headers['content-type']], [204, '', undefined])
    assert.equal((await send('POST', `/keys/k/create?${v}`, { body: ec })).status, 200)
  })

  test('is restored from its own blob alone', async () => {
    const { send, kid } = await withKey()
    const value = at((await send('POST', `/keys/k/backup?${v}`)).json, 'value')
    assert.deepEqual(refusal(await send('POST', `/keys/restore?${v}`, { body: { value } })), [409, 'Conflict', undefined])
    await send('DELETE', `/keys/k?${v}`)
    await send('DELETE', `/deletedkeys/k?${v}`)
    assert.deepEqual(refusal(await send('POST', `/keys/restore?${v}`, { body: { value: 'AAAA' } })), [400, 'BadParameter', undefined])
    assert.equal(at((await send('POST', `/keys/restore?${v}`, { body: { value } })).json, 'key', 'kid'), kid)
  })

  test('has a rotation policy, by default a notification alone', async () => {
    const { send } = await withKey()
    const id = 'https://v.vault.keystead.test:8443/keys/k/rotationpolicy'
    const notify = { trigger: { timeBeforeExpiry: 'P30D' }, action: { type: 'Notify' } }
    assert.deepEqual((await send('GET', `/keys/k/rotationpolicy?${v}`)).json, { id, lifetimeActions: [notify], attributes: {} })
    const body = {
      lifetimeActions: [{ trigger: { timeAfterCreate: 'P7D', timeBeforeExpiry: '' }, action: { type: 'rotate' } }],
      attributes: { expiryTime: 'P90D' },
    }
    const set = await send('PUT', `/keys/k/rotationpolicy?${v}`, { body })
    const expected = {
      id,
      lifetimeActions: [{ trigger: { timeAfterCreate: 'P7D' }, action: { type: 'Rotate' } }, notify],
      attributes: { expiryTime: 'P90D', created: 1_800_000_000, updated: 1_800_000_000 },
    }
    assert.deepEqual(set.json, expected)
    const wrong = await send('PUT', `/keys/k/rotationpolicy?${v}`, {
      body: { lifetimeActions: [{ trigger: {}, action: { type: 'Explode' } }] },
    })
    assert.deepEqual(refusal(wrong), [400, 'BadParameter', undefined])
    assert.deepEqual((await send('GET', `/keys/k/rotationpolicy?${v}`)).json, expected)
    const rotated = await send('POST', `/keys/k/rotate?${v}`)
    assert.equal(at(rotated.json, 'attributes', 'exp'), 1_800_000_000 + 90 * 86_400)
  })
})

describe('importing on the wire', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })

  test('Hsm makes it a hardware kind; key_ops stand inside the key', async () => {
    const { send } = await withVault()
    const made = await send('PUT', `/keys/k?${v}`, { body: { Hsm: true, key: { ...jwk, kid: 'x', key_ops: ['verify'] } } })
    assert.deepEqual(
      [at(made.json, 'key', 'kty'), at(made.json, 'key', 'key_ops'), at(made.json, 'key', 'x')],
      ['EC-HSM', ['verify'], jwk.x],
    )
    assert.ok(!made.text.includes(String(jwk.d)))
  })

  for (const [why, key] of [
    ['no private part', { ...jwk, d: undefined }],
    ['a private part that is no base64url', { ...jwk, d: '****' }],
    ['another point', { ...jwk, x: jwk.y, y: jwk.x }],
    ['an empty curve', { ...jwk, crv: '' }],
    ['a symmetric key', { kty: 'oct', k: zeros(32) }],
    ['a BYOK blob', { kty: 'RSA-HSM', key_hsm: 'e30' }],
    ['no key', undefined],
  ] as const)
    test(`${why}: 400 about the key, and nothing of it in the answer`, async () => {
      const { send } = await withVault()
      const heard = await send('PUT', `/keys/k?${v}`, { body: { key } })
      assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined])
      assert.match(message(heard), /^The property "key/)
      assert.ok(!heard.text.includes(String(jwk.d)))
    })
})

describe('lists on the wire', () => {
  test('pages of one lead by absolute links to the end, while keys come and go', async () => {
    const { send } = await withVault()
    for (const name of ['c', 'a', 'b']) await send('POST', `/keys/${name}/create?${v}`, { body: ec })
    const seen: unknown[] = []
    for (let next: string | undefined = `/keys?${v}&maxresults=1`; next !== undefined;) {
      const page: { readonly json: unknown } = await send('GET', next)
      seen.push(at(page.json, 'value', 0, 'kid'))
      if (seen.length === 1) await send('DELETE', `/keys/c?${v}`)
      const link: unknown = at(page.json, 'nextLink')
      next = typeof link === 'string' ? link.replace('https://v.vault.keystead.test:8443', '') : undefined
    }
    assert.deepEqual(
      seen.map(String),
      ['c', 'a', 'b'].map(name => `https://v.vault.keystead.test:8443/keys/${name}`),
    )
  })

  test('a token is good for its list, its vault and its caller', async () => {
    const { send, addVault } = await withVault()
    await addVault('w')
    for (const name of ['a', 'b']) await send('POST', `/keys/${name}/create?${v}`, { body: ec })
    await send('POST', `/keys/a/create?${v}`, { body: ec })
    const first = await send('GET', `/keys?${v}&maxresults=1`)
    const link = String(at(first.json, 'nextLink'))
    assert.ok(link.startsWith('https://v.vault.keystead.test:8443/keys?api-version=7.4&$skiptoken='))
    const token = /skiptoken=([^&]+)/.exec(link)?.[1] ?? ''
    const ask = async (target: string, host?: string) => send('GET', target, host === undefined ? {} : { host })
    assert.equal((await ask(`/keys?%24skiptoken=${token}&${v}`)).status, 200, 'control: any order, any encoding')
    for (const [target, host] of [
      [`/deletedkeys?${v}&$skiptoken=${token}`, undefined],
      [`/keys/a/versions?${v}&$skiptoken=${token}`, undefined],
      [`/keys?${v}&$skiptoken=${token}`, 'w.vault.keystead.test:8443'],
      [`/keys?${v}&$skiptoken=${token.slice(0, -2)}AA`, undefined],
      [`/keys?${v}&$skiptoken=25`, undefined],
      [`/keys?${v}&$skiptoken=`, undefined],
    ] as const)
      assert.deepEqual(refusal(await ask(target, host)), [400, 'BadParameter', undefined], target)
  })

  for (const size of ['0', '26', '-1', 'x', '1.5', '']) {
    test(`maxresults ${JSON.stringify(size)} is refused`, async () => {
      const { send } = await withVault()
      assert.deepEqual(refusal(await send('GET', `/keys?${v}&maxresults=${size}`)), [400, 'BadParameter', undefined])
    })
  }

  test('versions have versioned ids, keys have none', async () => {
    const { send, kid } = await withKey()
    assert.equal(at((await send('GET', `/keys/k/versions?${v}`)).json, 'value', 0, 'kid'), kid)
    assert.deepEqual((await send('GET', `/keys/none/versions?${v}`)).json, { value: [], nextLink: null })
  })
})

describe('whatever is asked', () => {
  const privateNames = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'module', 'publicKey', 'compartment', 'spec'])
  function namesIn(value: unknown): readonly string[] {
    if (typeof value !== 'object' || value === null) return []
    return Object.keys(value).concat(Object.values(value).flatMap(namesIn))
  }

  test('no answer holds a private member, and no refusal a value', async () => {
    const { send } = await withKey()
    const targets = [
      '/keys',
      '/keys/k',
      '/keys/k/versions',
      '/deletedkeys',
      '/deletedkeys/k',
      '/keys/k/rotationpolicy',
      '/keys/k/rotate',
      '/keys/k/create',
      '/keys/k/backup',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.oneof(fc.constant(ec), fc.jsonValue(), fc.constant(undefined)),
        async (target, method, body) => {
          const heard = await send(method, `${target}?${v}`, { body })
          assert.ok(heard.status < 500, heard.text)
          assert.deepEqual(
            namesIn(heard.json).filter(name => privateNames.has(name)),
            [],
          )
        },
      ),
      { numRuns: 120 },
    )
  })

  test('every request has one entry with the operation, the key’s name and the status', async () => {
    const { send, rows } = await withKey()
    const before = rows().length
    await send('POST', `/keys/Name/create?${v}`, { body: { kty: 'XYZ' } })
    await send('GET', `/keys/Name?${v}`, { as: 'nobody' })
    await send('POST', `/keys/k/sign?${v}`, { body: { alg: 'ES256', value: zeros(32) } })
    const said = rows()
      .slice(before)
      .map(row => [row['operation'], row['resourceId'], at(row['result'], 'http'), at(row['decision'], 'allow')])
    const base = 'https://v.vault.keystead.test:8443/keys'
    assert.deepEqual(said, [
      ['KeyCreate', `${base}/Name`, 400, true],
      ['KeyGet', `${base}/Name`, 401, false],
      ['KeySign', `${base}/k`, 200, true],
    ])
  })
})
