import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import { noOutgoing, OutgoingFailed, type Outgoing } from '#ports/outgoing.ts'
import { issuerKeys } from './issuer-keys.ts'

const issuer = 'https://issuer.test/realm'
const jwkOf = (kid: string | undefined, more: object = {}) => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  ...(kid !== undefined && { kid }),
  ...more,
})
const of = (kid?: string) => ({ header: kid === undefined ? {} : { kid } })
const minute = 60_000

/** The world outside, in the test's hands. */
function outside(keys: readonly object[], document: object = { issuer, jwks_uri: `${issuer}/keys` }) {
  const world = { keys, document, down: false, asked: 0 }
  const outgoing: Outgoing = {
    ...noOutgoing,
    async get(purpose, url) {
      assert.equal(purpose, 'federation')
      if (url.endsWith('/keys')) world.asked += 1
      if (world.down) throw new OutgoingFailed('unreachable', 'down')
      const body = url === `${issuer}/.well-known/openid-configuration` ? world.document : { keys: world.keys }
      return { status: 200, body: new TextEncoder().encode(JSON.stringify(body)) }
    },
  }
  const known = issuerKeys({ purpose: 'federation', outgoing, log: { warn: () => undefined } })
  return { world, at: async (now: number, kid?: string) => (await known.keysFor(issuer, of(kid), millis(now))).map(key => key.kid) }
}

describe('the keys of an issuer', () => {
  test('are asked for once, and again when they are ten minutes old', async () => {
    const { world, at } = outside([jwkOf('a')])
    assert.deepEqual(await at(0, 'a'), ['a'])
    assert.deepEqual(await at(9 * minute, 'a'), ['a'])
    assert.equal(world.asked, 1)
    await at(10 * minute, 'a')
    assert.equal(world.asked, 2)
  })

  test('are asked for at once by many who come together', async () => {
    const { world, at } = outside([jwkOf('a')])
    await Promise.all([at(0, 'a'), at(0, 'a'), at(0, 'b')])
    assert.equal(world.asked, 1)
  })

  test('are asked for anew by a name that is not known, though not at every stranger’s word', async () => {
    const { world, at } = outside([jwkOf('a')])
    await at(0, 'a')
    assert.deepEqual(await at(29_000, 'b'), [])
    assert.equal(world.asked, 1)
    world.keys = [jwkOf('b')]
    assert.deepEqual(await at(30_000, 'b'), ['b'])
    assert.deepEqual(await at(31_000, 'a'), [], 'what is no longer published counts no more')
    assert.equal(world.asked, 2)
  })

  test('go on for an hour where the issuer is silent, and then there are none', async () => {
    const { world, at } = outside([jwkOf('a')])
    await at(0, 'a')
    world.down = true
    assert.deepEqual(await at(59 * minute, 'a'), ['a'])
    await assert.rejects(at(60 * minute, 'a'), OutgoingFailed)
    world.down = false
    await assert.rejects(at(60 * minute + 1, 'a'), OutgoingFailed, 'the way out rests between tries')
    assert.deepEqual(await at(61 * minute, 'a'), ['a'])
  })

  test('are nobody’s where the document is of another issuer, or is none', async () => {
    for (const document of [{ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` }, { issuer }, []]) {
      const { at } = outside([jwkOf('a')], document)
      await assert.rejects(at(0, 'a'))
    }
  })

  test('without a name count where there is one alone', async () => {
    assert.equal((await outside([jwkOf('a')]).at(0)).length, 1)
    assert.equal((await outside([jwkOf('a'), jwkOf('b')]).at(0)).length, 0)
  })

  test('are for signatures and strong enough: every other is left out', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    const curve = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({ format: 'jwk' })
    for (const key of [
      jwkOf('a', { use: 'enc' }),
      { ...weak, kid: 'a' },
      { ...curve, kid: 'a' },
      { kty: 'oct', k: 'AAAA', kid: 'a' },
      jwkOf('a', { alg: 'RS512' }),
      { kty: 'RSA', kid: 'a' },
    ])
      assert.deepEqual(await outside([key]).at(0, 'a'), [])
    const good = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ format: 'jwk' })
    assert.deepEqual(await outside([{ ...good, kid: 'a' }]).at(0, 'a'), ['a'])
  })
})
