import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { addSecretVersion } from '#domain/secrets/add-secret-version.ts'
import { addVersion } from '#domain/keys/add-version.ts'
import { at, message, refusal, vaultWire, version74, withVault, type VaultWire } from './testing.ts'

const v = version74
const put = async ({ send }: VaultWire, name: string, body: unknown) => send('PUT', `/secrets/${name}?${v}`, { body })
const bad = [400, 'BadParameter', undefined]

describe('a secret on the wire', () => {
  test('answers set with its value, versioned id, content type, tags and times in seconds', async () => {
    const wire = await withVault()
    const made = await put(wire, 'Pass', {
      value: 'p@ss',
      contentType: 'text/plain',
      tags: { a: 'b' },
      attributes: { nbf: 1, exp: 2_000_000_000 },
    })
    assert.equal(made.status, 200, made.text)
    const id = String(at(made.json, 'id'))
    assert.match(id, /^https:\/\/v\.vault\.keystead\.test:8443\/secrets\/Pass\/[0-9a-f]{32}$/)
    assert.deepEqual(made.json, {
      value: 'p@ss',
      contentType: 'text/plain',
      id,
      attributes: {
        enabled: true,
        nbf: 1,
        exp: 2_000_000_000,
        created: 1_800_000_000,
        updated: 1_800_000_000,
        recoveryLevel: 'CustomizedRecoverable+Purgeable',
        recoverableDays: 7,
      },
      tags: { a: 'b' },
    })
    assert.deepEqual((await wire.send('GET', `/secrets/pass?${v}`)).json, made.json)
    assert.deepEqual((await wire.send('GET', `//SECRETS/PASS/${id.slice(-32).toUpperCase()}/?${v}`)).json, made.json)
  })

  test('comes back to the last byte, whatever Unicode it is', async () => {
    const wire = await withVault()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async value => {
        const made = await put(wire, 's', { value })
        assert.equal(at(made.json, 'value'), value)
        assert.equal(at((await wire.send('GET', `/secrets/s?${v}`)).json, 'value'), value)
      }),
      { numRuns: 60, examples: [[''], [' \t'], ['\ufeffe\u0301\u0000\r\n'], ['𝒳'.repeat(3)]] },
    )
  })

  test('is at most 25,600 bytes of UTF-8, escaped or not', async () => {
    const wire = await withVault()
    assert.equal((await put(wire, 's', { value: 'x'.repeat(25_600) })).status, 200)
    assert.equal((await put(wire, 's', { value: '\u0001'.repeat(25_600) })).status, 200, 'six times as long in JSON')
    for (const value of ['x'.repeat(25_601), '€'.repeat(8_534)]) {
      const refused = await put(wire, 'big', { value })
      assert.deepEqual([...refusal(refused), message(refused)], [...bad, 'The property "value" must be at most 25600 bytes long in UTF-8.'])
    }
  })

  for (const [what, body] of [
    ['no value', {}],
    ['null', { value: null }],
    ['a number', { value: 7 }],
    ['half a surrogate pair', { value: 'CANARY\ud800' }],
    ['a content type of 256 characters', { value: 'CANARY', contentType: 'c'.repeat(256) }],
    ['16 tags', { value: 'CANARY', tags: Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`t${n}`, ''])) }],
    ['a tag of 513 characters', { value: 'CANARY', tags: { t: 'x'.repeat(513) } }],
    ['a tag that is null', { value: 'CANARY', tags: { t: null } }],
    ['enabled as text', { value: 'CANARY', attributes: { enabled: 'true' } }],
    ['an end before its beginning', { value: 'CANARY', attributes: { nbf: 2, exp: 2 } }],
  ] as const)
    test(`with ${what} it is refused, stored nowhere and not echoed`, async () => {
      const wire = await withVault()
      const refused = await put(wire, 's', body)
      assert.deepEqual(refusal(refused), bad)
      assert.ok(!refused.text.includes('CANARY'))
      assert.ok(!JSON.stringify(wire.rows()).includes('CANARY'))
      assert.deepEqual(refusal(await wire.send('GET', `/secrets/s?${v}`)), [404, 'SecretNotFound', undefined])
    })

  test('takes tags of 512 characters, twice what a key takes', async () => {
    const wire = await withVault()
    const tags = { ['n'.repeat(512)]: 'v'.repeat(512) }
    assert.deepEqual(at((await put(wire, 's', { value: 'v', tags })).json, 'tags'), tags)
  })

  test('disabled it is not given out, and says so; it is still listed, and changed', async () => {
    const wire = await withVault()
    await put(wire, 's', { value: 'v', attributes: { enabled: false } })
    const refused = await wire.send('GET', `/secrets/s?${v}`)
    assert.deepEqual(
      [...refusal(refused), message(refused)],
      [403, 'Forbidden', 'SecretDisabled', 'Operation get is not allowed on a disabled secret.'],
    )
    const listed = await wire.send('GET', `/secrets/s/versions?${v}`)
    assert.equal(at(listed.json, 'value', 0, 'attributes', 'enabled'), false)
    assert.equal((await wire.send('PATCH', `/secrets/s?${v}`, { body: { attributes: { enabled: true } } })).status, 200)
    assert.equal(at((await wire.send('GET', `/secrets/s?${v}`)).json, 'value'), 'v')
  })

  test('a change answers without the value, and refuses one', async () => {
    const wire = await withVault()
    await put(wire, 's', { value: 'kept', tags: { a: '1' } })
    const patch = async (body: unknown, path = '/secrets/s') => wire.send('PATCH', `${path}?${v}`, { body })
    const smuggled = await patch({ value: 'other', tags: {} })
    assert.deepEqual(refusal(smuggled), bad)
    assert.match(message(smuggled), /^The property "value" must not be given/)
    const changed = await patch({ contentType: 'x/y', tags: { b: '2' } }, '/secrets/s/')
    assert.deepEqual(
      [changed.status, at(changed.json, 'value'), at(changed.json, 'contentType'), at(changed.json, 'tags')],
      [200, undefined, 'x/y', { b: '2' }],
    )
    assert.equal(at((await wire.send('GET', `/secrets/s?${v}`)).json, 'value'), 'kept')
  })

  test('lists are pages without values: objects without versions, versions with them', async () => {
    const wire = await withVault()
    for (let n = 0; n < 60; n += 1) await put(wire, `s${n}`, { value: `CANARY ${n}`, contentType: 'c' })
    await put(wire, 's0', { value: 'CANARY again' })
    const ids: string[] = []
    let target: string | undefined = `/secrets?${v}&maxresults=7`
    while (target !== undefined) {
      const page = await wire.send('GET', target)
      assert.ok(!page.text.includes('CANARY'))
      const items: unknown = at(page.json, 'value')
      assert.ok(Array.isArray(items) && items.length <= 7)
      ids.push(...items.map(item => String(at(item, 'id'))))
      const next = at(page.json, 'nextLink')
      target = typeof next !== 'string' ? undefined : next.replace('https://v.vault.keystead.test:8443', '')
      await wire.send('DELETE', `/secrets/s${59 - ids.length}?${v}`)
    }
    assert.equal(new Set(ids).size, ids.length)
    assert.ok(ids.includes('https://v.vault.keystead.test:8443/secrets/s0'))
    const versions = await wire.send('GET', `/secrets/s0/versions?${v}`)
    assert.match(String(at(versions.json, 'value', 1, 'id')), /\/secrets\/s0\/[0-9a-f]{32}$/)
    assert.deepEqual([versions.text.includes('CANARY'), at(versions.json, 'nextLink')], [false, null])
    assert.deepEqual(at((await wire.send('GET', `/secrets/ghost/versions?${v}`)).json, 'value'), [])
    assert.deepEqual(refusal(await wire.send('GET', `/secrets?${v}&maxresults=26`)), bad)
  })

  test('deleted it is named where it can be recovered, and its name is refused in the service’s words', async () => {
    const wire = await withVault()
    const { send } = wire
    await put(wire, 'S', { value: 'CANARY' })
    const gone = await send('DELETE', `/secrets/s?${v}`)
    assert.deepEqual(
      [at(gone.json, 'recoveryId'), at(gone.json, 'deletedDate'), at(gone.json, 'scheduledPurgeDate')],
      ['https://v.vault.keystead.test:8443/deletedsecrets/S', 1_800_000_000, 1_800_000_000 + 7 * 86_400],
    )
    const shown = await send('GET', `/deletedsecrets/s?${v}`)
    assert.deepEqual(shown.json, gone.json)
    const listed = await send('GET', `/deletedsecrets?${v}`)
    assert.equal(at(listed.json, 'value', 0, 'id'), 'https://v.vault.keystead.test:8443/secrets/S')
    const missing = await send('GET', `/secrets/s?${v}`)
    assert.deepEqual(refusal(missing), [404, 'SecretNotFound', undefined])
    assert.match(message(missing), /^A secret with \(name\/id\) s was not found in this key vault\. If you recently deleted this secret/)
    const taken = await put(wire, 's', { value: 'CANARY' })
    assert.deepEqual(refusal(taken), [409, 'Conflict', 'ObjectIsDeletedButRecoverable'])
    assert.match(
      message(taken),
      /^Secret S is currently in a deleted but recoverable state, .* the secret can only be recovered or purged\.$/,
    )
    for (const heard of [gone, shown, listed, missing, taken]) assert.ok(!heard.text.includes('CANARY'))
    const back = await send('POST', `/deletedsecrets/s/recover?${v}`)
    assert.deepEqual([back.status, at(back.json, 'value')], [200, undefined])
    await send('DELETE', `/secrets/s?${v}`)
    const purged = await send('DELETE', `/deletedsecrets/s?${v}`)
    assert.deepEqual([purged.status, purged.text], [204, ''])
    const never = await send('POST', `/deletedsecrets/s/recover?${v}`)
    assert.deepEqual([...refusal(never), message(never)], [404, 'SecretNotFound', undefined, 'Deleted Secret not found: s'])
    assert.ok(!JSON.stringify(wire.rows()).includes('CANARY'))
  })

  test('a backup is no key’s, restores without a value, and conflicts with what is there', async () => {
    const wire = await withVault()
    const { send } = wire
    await put(wire, 's', { value: 'CANARY' })
    const { value } = { value: String(at((await send('POST', `/secrets/s/backup?${v}`)).json, 'value')) }
    assert.ok(!Buffer.from(value, 'base64url').includes('CANARY'))
    const restore = async (kind: string) => send('POST', `/${kind}/restore?${v}`, { body: { value } })
    assert.deepEqual(refusal(await restore('keys')), bad)
    const conflict = await restore('secrets')
    assert.deepEqual(refusal(conflict), [409, 'Conflict', undefined])
    assert.match(message(conflict), /^There was a conflict restoring the secret 'https:\/\/v\.vault\.keystead\.test:8443\/secrets\/s'/)
    await send('DELETE', `/secrets/s?${v}`)
    await send('DELETE', `/deletedsecrets/s?${v}`)
    const restored = await restore('secrets')
    assert.deepEqual([restored.status, restored.text.includes('CANARY')], [200, false])
    assert.equal(at((await send('GET', `/secrets/s?${v}`)).json, 'value'), 'CANARY')
  })

  test('names and versions outside the rules are refused before anything is looked up', async () => {
    const wire = await withVault()
    for (const name of ['under_score', 'dot.ted', 'a'.repeat(128), '%C3%BC'])
      assert.deepEqual(refusal(await put(wire, name, { value: 'v' })), bad, name)
    assert.deepEqual(refusal(await wire.send('GET', `/secrets/s/nope?${v}`)), bad)
  })

  test('set is one of 300 in ten seconds; reading is not', async () => {
    const wire = await vaultWire({ throttle: true })
    await wire.addVault('v')
    const statuses = await Promise.all(Array.from({ length: 301 }, async (_, n) => (await put(wire, `s${n}`, { value: 'v' })).status))
    assert.deepEqual([statuses.filter(status => status === 200).length, statuses.filter(status => status === 429).length], [300, 1])
    assert.equal((await wire.send('GET', `/secrets/s1?${v}`)).status, 200)
  })
})

describe('what a certificate keeps', () => {
  async function withManaged() {
    const wire = await withVault()
    const { context } = wire
    const vault = context.vaults.peek().find(held => held.value.name === 'v')?.value
    assert.ok(vault)
    const named = { vault, name: 'c' }
    const renew = async (contentType: string) =>
      wire.as(async call => {
        const { version } = await addVersion(context, call, {
          named,
          kind: { spec: 'P-256', hsm: false },
          origin: 'generated',
          operation: 'certificate',
          keyOps: ['sign', 'verify'],
          attributes: undefined,
          tags: undefined,
          make: async place => context.module('software').generate('P-256', place),
        })
        await addSecretVersion(context, call, { named, value: Buffer.from('-----BEGIN'), contentType, managed: { keyVersion: version.id } })
        return version.id
      })
    return { ...wire, renew }
  }
  const newer = 'api-version=2025-07-01'

  test('is marked, names its key and, for who knows of it, the version before', async () => {
    const { send, renew } = await withManaged()
    const first = await renew('application/x-pkcs12')
    const old = await send('GET', `/secrets/c?${newer}`)
    assert.deepEqual(
      [at(old.json, 'managed'), at(old.json, 'kid'), at(old.json, 'previousVersion')],
      [true, `https://v.vault.keystead.test:8443/keys/c/${first}`, undefined],
    )
    const second = await renew('application/x-pem-file')
    const now = await send('GET', `/secrets/c?${newer}`)
    assert.equal(at(now.json, 'kid'), `https://v.vault.keystead.test:8443/keys/c/${second}`)
    assert.equal(at(now.json, 'previousVersion'), String(at(old.json, 'id')).slice(-32))
    for (const earlier of [v, 'api-version=7.6', 'api-version=2025-06-01-preview'])
      assert.equal(at((await send('GET', `/secrets/c?${earlier}`)).json, 'previousVersion'), undefined, earlier)
    assert.equal(at((await send('GET', `/secrets?${v}`)).json, 'value', 0, 'managed'), true)
    assert.equal(at((await send('GET', `/keys?${v}`)).json, 'value', 0, 'managed'), true)
    assert.equal(at((await send('GET', `/keys/c?${v}`)).json, 'managed'), true)
  })

  test('outContentType is for it alone', async () => {
    const wire = await withManaged()
    const asked = async (name: string, type: string) =>
      wire.send('GET', `/secrets/${name}?${newer}&outContentType=${encodeURIComponent(type)}`)
    await wire.renew('application/x-pem-file')
    assert.equal(at((await asked('c', 'application/x-pem-file')).json, 'value'), '-----BEGIN')
    assert.deepEqual(refusal(await asked('c', 'application/x-pkcs12')), bad)
    await put(wire, 'plain', { value: 'v' })
    assert.deepEqual(refusal(await asked('plain', 'application/x-pem-file')), bad)
  })

  test('is changed through its certificate alone, and used like any other', async () => {
    const { send, renew } = await withManaged()
    await renew('application/x-pem-file')
    const ec = { kty: 'EC', crv: 'P-256' }
    for (const [method, path, body] of [
      ['PUT', '/secrets/c', { value: 'mine' }],
      ['PATCH', '/secrets/c', { tags: {} }],
      ['DELETE', '/secrets/c', undefined],
      ['POST', '/secrets/c/backup', undefined],
      ['POST', '/keys/c/create', ec],
      ['PATCH', '/keys/c', { tags: {} }],
      ['POST', '/keys/c/rotate', undefined],
      ['PUT', '/keys/c/rotationpolicy', { lifetimeActions: [] }],
      ['DELETE', '/keys/c', undefined],
      ['POST', '/keys/c/backup', undefined],
    ] as const) {
      const refused = await send(method, `${path}?${v}`, body === undefined ? {} : { body })
      const kind = path.startsWith('/secrets') ? 'secret' : 'key'
      assert.deepEqual(refusal(refused), [403, 'Forbidden', kind === 'secret' ? 'SecretManagedByKeyVault' : 'KeyManagedByKeyVault'], path)
      assert.match(
        message(refused),
        new RegExp(`^Operation "\\w+" is not allowed on this ${kind}, since it is associated with a certificate\\.`),
      )
    }
    const signed = await send('POST', `/keys/c/sign?${v}`, { body: { alg: 'ES256', value: Buffer.alloc(32).toString('base64url') } })
    assert.equal(signed.status, 200)
  })
})
