import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, hash, publicDecrypt, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { digestInfo, emsaPkcs1, emsaPssEncode, emsaPssVerify } from './emsa.ts'

const digestNames = ['sha256', 'sha384', 'sha512'] as const
const message = Buffer.from('message')
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const raw = (signature: Uint8Array): Uint8Array => publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature)

describe('EMSA-PKCS1-v1_5', () => {
  for (const digestName of digestNames) {
    test(`${digestName}: the encoding is what OpenSSL signs`, () => {
      const encoded = emsaPkcs1(digestInfo(digestName, hash(digestName, message, 'buffer')), 256)
      assert.equal(encoded.toHex(), Buffer.from(raw(sign(digestName, message, privateKey))).toString('hex'))
    })
  }

  test('data that leaves no room for eight FF is a bug', () => {
    assert.equal(emsaPkcs1(new Uint8Array(245), 256).subarray(0, 11).toHex(), '0001ffffffffffffffff00')
    assert.throws(() => emsaPkcs1(new Uint8Array(246), 256), /room/)
  })
})

describe('EMSA-PSS', () => {
  const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

  for (const digestName of digestNames) {
    const parameters = { digestName, modulusBits: 2048 }
    const digest = hash(digestName, message, 'buffer')

    test(`${digestName}: what OpenSSL signs verifies, and encoding it again with its salt gives the same bytes`, () => {
      const encoded = raw(sign(digestName, message, pss))
      assert.ok(emsaPssVerify(parameters, digest, encoded))
      const salt = saltOf(digestName, encoded)
      assert.equal(emsaPssEncode(parameters, digest, salt).toHex(), Buffer.from(encoded).toString('hex'))
    })

    test(`${digestName}: one flipped bit anywhere is refused`, () => {
      const encoded = emsaPssEncode(parameters, digest, new Uint8Array(digest.length).fill(3))
      for (let at = 0; at < encoded.length; at += 1) {
        assert.ok(!emsaPssVerify(parameters, digest, encoded.with(at, encoded[at]! ^ (1 << (at % 8)))), at.toString())
      }
    })

    test(`${digestName}: a salt of another length, another digest and another length of encoding are refused`, () => {
      const short = emsaPssEncode(parameters, digest, new Uint8Array(digest.length - 1))
      assert.ok(!emsaPssVerify(parameters, digest, short))
      const encoded = emsaPssEncode(parameters, digest, new Uint8Array(digest.length))
      assert.ok(!emsaPssVerify(parameters, hash(digestName, 'massage', 'buffer'), encoded))
      assert.ok(!emsaPssVerify(parameters, digest, encoded.subarray(1)))
      assert.ok(!emsaPssVerify(parameters, digest, new Uint8Array()))
    })
  }

  test('a modulus whose bits are no whole bytes leaves the unused ones zero', () => {
    const digest = hash('sha256', message, 'buffer')
    for (let modulusBits = 2041; modulusBits <= 2049; modulusBits += 1) {
      const parameters = { digestName: 'sha256', modulusBits } as const
      const encoded = emsaPssEncode(parameters, digest, new Uint8Array(32))
      assert.ok(emsaPssVerify(parameters, digest, encoded))
      assert.ok(encoded[0]! < 2 ** (((modulusBits - 2) % 8) + 1))
    }
  })

  test('a modulus too short for the hash is a bug', () => {
    const parameters = { digestName: 'sha512', modulusBits: 1024 } as const
    assert.throws(() => emsaPssEncode(parameters, new Uint8Array(64), new Uint8Array(64)), /too short/)
  })
})

/** The salt of a sound encoding, unmasked by an MGF1 of the test's own (RFC 8017 B.2.1). */
function saltOf(digestName: (typeof digestNames)[number], encoded: Uint8Array): Uint8Array {
  const bytes = hash(digestName, '', 'buffer').length
  const h = encoded.subarray(-1 - bytes, -1)
  const blocks = Array.from({ length: 8 }, (_, at) => hash(digestName, Buffer.concat([h, Buffer.of(0, 0, 0, at)]), 'buffer'))
  const mask = Buffer.concat(blocks)
  return encoded
    .subarray(0, -1 - bytes)
    .map((byte, at) => byte ^ mask[at]!)
    .subarray(-bytes)
}
