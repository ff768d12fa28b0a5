// Public and private keys in their encodings, judged by OpenSSL.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { curves, onCurve } from './curves.ts'
import { integerOf } from './integers.ts'
import { keySpecs } from './key-specs.ts'
import { ecPkcs8, ecPrivateScalar, publicKeyOfPkcs8 } from './private-key.ts'
import { ecPublicKey, ecSpecNames, publicKeyToJwk, specOfPublicKey } from './public-key.ts'

const encodings = {
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
} as const
const bytes = (text: string): Uint8Array => Uint8Array.fromBase64(text, { alphabet: 'base64url' })
const jwkOf = (spki: Buffer) => createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' })

describe('RSA keys', () => {
  for (const bits of [2048, 3072, 4096]) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, ...encodings })

    test(`${bits.toString()} bits: the JWK is OpenSSL’s, n without leading zeros`, () => {
      const jwk = publicKeyToJwk(publicKey)
      assert.deepEqual(jwk, jwkOf(publicKey))
      assert.equal(jwk.kty === 'RSA' && bytes(jwk.n).length, bits / 8)
      assert.equal(specOfPublicKey(publicKey), `RSA-${bits.toString()}`)
    })

    test(`${bits.toString()} bits: the private key gives its public half`, () => {
      assert.equal(publicKeyOfPkcs8(privateKey).toHex(), publicKey.toString('hex'))
    })
  }

  test('another size has no spec', () => {
    assert.equal(specOfPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024, ...encodings }).publicKey), undefined)
    assert.equal(specOfPublicKey(generateKeyPairSync('rsa', { modulusLength: 2056, ...encodings }).publicKey), undefined)
  })
})

for (const spec of ecSpecNames) {
  describe(`${spec} keys`, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: keySpecs[spec].opensslName, ...encodings })

    test('the JWK is OpenSSL’s, coordinates of fixed width, under Key Vault’s name of the curve', () => {
      const jwk = publicKeyToJwk(publicKey)
      const { x, y } = jwkOf(publicKey)
      assert.deepEqual(jwk, { kty: 'EC', crv: spec, x, y })
      assert.equal(specOfPublicKey(publicKey), spec)
    })

    test('OpenSSL’s points satisfy the curve’s equation, their neighbours do not', () => {
      const jwk = publicKeyToJwk(publicKey)
      assert.ok(jwk.kty === 'EC')
      const [x, y] = [integerOf(bytes(jwk.x)), integerOf(bytes(jwk.y))]
      assert.ok(onCurve(curves[spec], x, y))
      assert.ok(!onCurve(curves[spec], x, y + 1n))
      assert.ok(!onCurve(curves[spec], x + curves[spec].p, y))
    })

    test('the private key gives its public half and its scalar, and writes back to the same bytes', () => {
      assert.equal(publicKeyOfPkcs8(privateKey).toHex(), publicKey.toString('hex'))
      const scalar = ecPrivateScalar(spec, privateKey)
      assert.equal(scalar.length, keySpecs[spec].coordinateBytes)
      const point = publicKey.subarray(-1 - 2 * keySpecs[spec].coordinateBytes)
      assert.equal(ecPkcs8(spec, scalar, point).toHex(), privateKey.toString('hex'))
      assert.equal(ecPublicKey(spec, point).toHex(), publicKey.toString('hex'))
    })

    test('the scalar is not read as another curve’s', () => {
      for (const other of ecSpecNames.filter(name => name !== spec)) assert.throws(() => ecPrivateScalar(other, privateKey), /another type/)
    })
  })
}

describe('keys of other kinds', () => {
  test('other types, curves and encodings are refused', () => {
    const ed25519 = generateKeyPairSync('ed25519', encodings)
    const p224 = generateKeyPairSync('ec', { namedCurve: 'secp224r1', ...encodings })
    const explicit = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit', ...encodings })
    for (const { publicKey, privateKey } of [ed25519, p224, explicit]) {
      assert.throws(() => publicKeyToJwk(publicKey))
      assert.throws(() => publicKeyOfPkcs8(privateKey))
    }
  })

  test('trailing bytes and compressed points are refused', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...encodings })
    assert.throws(() => publicKeyToJwk(Buffer.concat([publicKey, Buffer.of(0)])))
    assert.throws(() => publicKeyOfPkcs8(Buffer.concat([privateKey, Buffer.of(0)])))
    assert.throws(() => specOfPublicKey(ecPublicKey('P-256', publicKey.subarray(-65, -32))))
  })

  test('an EC key with its curve named twice still gives its public half (RFC 5915 3)', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...encodings })
    const sec1 = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }).export({ format: 'der', type: 'sec1' })
    const again = createPrivateKey({ key: sec1, format: 'der', type: 'sec1' }).export({ format: 'der', type: 'pkcs8' })
    assert.equal(publicKeyOfPkcs8(again).toHex(), publicKey.toString('hex'))
  })
})
