import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { SignJWT } from 'jose'
import { algorithmOf, decodeBase64url, parseJws, verifyJws, type JwsAlgorithm } from './jws.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
const keys: Readonly<Record<JwsAlgorithm, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>> = {
  RS256: rsa,
  PS256: rsa,
  ES256: ec,
}
const algorithms = ['RS256', 'PS256', 'ES256'] as const

/** Made by another implementation. */
const signed = async (algorithm: JwsAlgorithm): Promise<string> =>
  new SignJWT({ sub: 'someone' }).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(keys[algorithm].privateKey)

const verifies = (compact: string, algorithm: JwsAlgorithm): boolean => {
  const jws = parseJws(compact)
  return jws !== undefined && verifyJws(jws, { algorithm, key: keys[algorithm].publicKey })
}

describe('a compact JWS', () => {
  for (const algorithm of algorithms) {
    test(`${algorithm}: what another implementation signed verifies, and its header and claims are read`, async () => {
      const jws = parseJws(await signed(algorithm))
      assert.ok(jws)
      assert.deepEqual([jws.header, jws.claims], [{ alg: algorithm, typ: 'JWT' }, { sub: 'someone' }])
      assert.ok(verifyJws(jws, { algorithm, key: keys[algorithm].publicKey }))
    })

    test(`${algorithm}: no other text verifies, however little it differs`, async () => {
      const compact = await signed(algorithm)
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'
      fc.assert(
        fc.property(fc.nat(compact.length - 1), fc.constantFrom(...alphabet.split('')), fc.boolean(), (at, character, insert) => {
          const changed = compact.slice(0, at) + character + compact.slice(insert ? at : at + 1)
          fc.pre(changed !== compact)
          assert.equal(verifies(changed, algorithm), false)
        }),
      )
    })

    test(`${algorithm}: a key of another type or curve never verifies`, async () => {
      const jws = parseJws(await signed(algorithm))
      assert.ok(jws)
      for (const { publicKey } of [algorithm === 'ES256' ? rsa : ec, p384])
        assert.equal(verifyJws(jws, { algorithm, key: publicKey }), false)
    })
  }

  test('the padding that was agreed decides: RS256 is not PS256', async () => {
    assert.equal(verifies(await signed('RS256'), 'PS256'), false)
    assert.equal(verifies(await signed('PS256'), 'RS256'), false)
  })

  test('the algorithm is one of the allowed ones or none, whatever the header says', () => {
    for (const alg of ['none', 'HS256', 'rs256', 'constructor', 'RS512', undefined, 256, ['RS256']])
      assert.equal(algorithmOf({ header: { alg } }, ['RS256']), undefined)
    assert.equal(algorithmOf({ header: { alg: 'PS256' } }, ['RS256']), undefined)
    assert.equal(algorithmOf({ header: { alg: 'RS256' } }, ['RS256']), 'RS256')
  })

  const object = Buffer.from('{}').toString('base64url')
  for (const [what, compact] of [
    ['two segments', `${object}.${object}`],
    ['four segments', `${object}.${object}.AAAA.AAAA`],
    ['an empty signature', `${object}.${object}.`],
    ['a header that is a list', `${Buffer.from('[]').toString('base64url')}.${object}.AAAA`],
    ['claims that are null', `${object}.${Buffer.from('null').toString('base64url')}.AAAA`],
    ['a header that is not UTF-8', `${Buffer.from('7b22ff223a317d', 'hex').toString('base64url')}.${object}.AAAA`],
    ['padding', `${object}=.${object}.AAAA`],
  ] as const) {
    test(`${what}: is none`, () => assert.equal(parseJws(compact), undefined))
  }

  test('base64url is read in exactly one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        assert.deepEqual(decodeBase64url(Buffer.from(bytes).toString('base64url')), Uint8Array.from(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.string(), text => {
        const bytes = decodeBase64url(text)
        assert.ok(bytes === undefined || Buffer.from(bytes).toString('base64url') === text)
      }),
    )
    for (const text of ['AB', 'A', 'AA==', 'AA A', 'A+AA', 'A/AA', 'AAA\n']) assert.equal(decodeBase64url(text), undefined, text)
  })
})
