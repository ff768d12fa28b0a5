// One suite over the native module and over what stands in for it; the deterministic answers are compared bit for bit.
import assert from 'node:assert/strict'
import { constants, createPublicKey, createSign, generateKeyPairSync, hash, privateDecrypt, publicEncrypt, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { EncryptionAlgorithm } from '#crypto/algorithms.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import { isMlDsa, mlDsaMu, mlDsaPkcs8, mlDsaPublicBytes, mlDsaPublicKey, mlDsaSpecs } from '#crypto/ml-dsa.ts'
import { ecPkcs8 } from '#crypto/private-key.ts'
import { ecSpecNames } from '#crypto/public-key.ts'
import type { RsaSignatureAlgorithm } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'
import { loadNative } from './native.ts'
import type { Native } from './native.ts'

const fallback = loadNative({ force: 'fallback' })
const loaded = loadNative()
const builtHere = loaded.backend === 'native'
const skip = builtHere || process.env['CI'] === 'true' ? false : `no native module: ${loaded.reason ?? ''}`
const backends: readonly Native[] = builtHere ? [loaded, fallback] : [fallback]

/** A fixed salt: a failure repeats. */
const random: Random = { bytes: length => new Uint8Array(length).fill(7), uuid: () => '00000000-0000-4000-8000-000000000000' }

const rsaPair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
})
const rsaPublic = createPublicKey({ key: rsaPair.publicKey, format: 'der', type: 'spki' })
const ecPairs = ecSpecNames.map(spec => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: keySpecs[spec].opensslName,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  return { spec, publicKey, privateKey }
})

const ieee1619 = JSON.parse(readFileSync(join(import.meta.dirname, '../../../tests/vectors/ieee1619/xts-aes-256.json'), 'utf8')) as {
  readonly key: string
  readonly vectors: readonly { readonly vector: number; readonly sector: number; readonly ciphertext: string }[]
}

test('the native module is built and answers its known answers', { skip }, () => {
  assert.equal(loaded.backend, 'native', loaded.reason ?? '')
})

test('a missing module is replaced, with a reason that names the remedy', () => {
  const missing = loadNative({ file: '/nonexistent/keystead.node' })
  assert.equal(missing.backend, 'fallback')
  assert.match(missing.reason ?? '', /npm run install/)
})

test('a file that is no module is replaced, with the loader’s reason', () => {
  const broken = loadNative({ file: import.meta.filename })
  assert.equal(broken.backend, 'fallback')
  assert.match(broken.reason ?? '', /does not load/)
})

for (const { backend, mathematics, openSectorCipher } of backends) {
  describe(`sector cipher, ${backend}`, () => {
    const plain = Uint8Array.from({ length: 512 }, (_, at) => at)

    for (const { vector, sector, ciphertext } of ieee1619.vectors) {
      test(`IEEE 1619-2007 annex B, XTS-AES-256 vector ${vector.toString()}`, () => {
        using cipher = openSectorCipher(Uint8Array.fromHex(ieee1619.key))
        const bytes = Uint8Array.from(plain)
        cipher.encrypt(sector, bytes)
        assert.equal(bytes.toHex(), ciphertext)
        cipher.decrypt(sector, bytes)
        assert.deepEqual(bytes, plain)
      })
    }

    test('many sectors in one call are the sectors one by one, each under its own number', () => {
      using cipher = openSectorCipher(Uint8Array.fromHex(ieee1619.key))
      const sectors = 70
      const together = new Uint8Array(sectors * 512)
      cipher.encrypt(2 ** 40 + 3, together)
      for (let at = 0; at < sectors; at += 1) {
        const single = new Uint8Array(512)
        cipher.encrypt(2 ** 40 + 3 + at, single)
        assert.deepEqual(together.subarray(at * 512, (at + 1) * 512), single)
      }
      assert.notDeepEqual(together.subarray(0, 512), together.subarray(512, 1024))
      cipher.decrypt(2 ** 40 + 3, together)
      assert.ok(together.every(byte => byte === 0))
    })

    test('it works in place inside a larger buffer and touches nothing beside', () => {
      using cipher = openSectorCipher(Uint8Array.fromHex(ieee1619.key))
      const whole = new Uint8Array(3 * 512)
      cipher.encrypt(9, whole.subarray(512, 1024))
      assert.ok(whole.subarray(0, 512).every(byte => byte === 0) && whole.subarray(1024).every(byte => byte === 0))
      cipher.decrypt(9, whole.subarray(512, 1024))
      assert.ok(whole.every(byte => byte === 0))
    })

    test('equal halves, other lengths, parts of sectors and impossible numbers are refused', () => {
      assert.throws(() => openSectorCipher(new Uint8Array(64)))
      assert.throws(() => openSectorCipher(new Uint8Array(32)))
      using cipher = openSectorCipher(Uint8Array.fromHex(ieee1619.key))
      assert.throws(() => {
        cipher.encrypt(0, new Uint8Array(511))
      })
      for (const sector of [-1, 0.5, 2 ** 53, Number.NaN]) {
        assert.throws(() => {
          cipher.decrypt(sector, new Uint8Array(512))
        })
      }
    })

    test('the caller may zero its key at once, and a closed cipher is of no use', () => {
      const dek = Uint8Array.fromHex(ieee1619.key)
      const cipher = openSectorCipher(dek)
      dek.fill(0)
      const bytes = Uint8Array.from(plain)
      cipher.encrypt(0xff, bytes)
      assert.equal(bytes.toHex(), ieee1619.vectors[0]?.ciphertext)
      cipher[Symbol.dispose]()
      assert.throws(() => {
        cipher.encrypt(0, bytes)
      })
    })
  })

  describe(`RSA private key, ${backend}`, () => {
    test('OAEP and PKCS #1 decryption invert OpenSSL’s public half', async () => {
      using key = mathematics.openRsaKey(rsaPair.privateKey, random)
      for (const [algorithm, scheme] of Object.entries(paddingsOf)) {
        const wrapped = publicEncrypt({ key: rsaPublic, ...scheme }, Buffer.from('sixty-four bytes'))
        assert.deepEqual(Buffer.from((await key.decrypt(algorithm as EncryptionAlgorithm, wrapped))!), Buffer.from('sixty-four bytes'))
      }
    })

    test('a decryption that fails answers undefined, whatever is wrong', async () => {
      using key = mathematics.openRsaKey(rsaPair.privateKey, random)
      const wrapped = publicEncrypt({ key: rsaPublic, ...paddingsOf['RSA-OAEP'] }, Buffer.from('x'))
      assert.equal(await key.decrypt('RSA-OAEP-256', wrapped), undefined)
      assert.equal(await key.decrypt('RSA-OAEP', new Uint8Array(256).fill(0xff)), undefined)
      assert.equal(await key.decrypt('RSA-OAEP', new Uint8Array(256)), undefined)
    })

    test('a bad PKCS #1 padding is rejected implicitly: bytes that say nothing, the same each time', async () => {
      using key = mathematics.openRsaKey(rsaPair.privateKey, random)
      const wrapped = publicEncrypt({ key: rsaPublic, padding: constants.RSA_NO_PADDING }, new Uint8Array(256).fill(1))
      const first = await key.decrypt('RSA1_5', wrapped)
      assert.ok(first !== undefined)
      assert.deepEqual(Buffer.from((await key.decrypt('RSA1_5', wrapped))!), Buffer.from(first))
      assert.deepEqual(
        Buffer.from(first),
        privateDecrypt({ key: rsaPair.privateKey, format: 'der', type: 'pkcs8', padding: constants.RSA_PKCS1_PADDING }, wrapped),
      )
    })

    for (const digestName of ['sha256', 'sha384', 'sha512'] as const) {
      const algorithms = { sha256: ['RS256', 'PS256'], sha384: ['RS384', 'PS384'], sha512: ['RS512', 'PS512'] } as const
      const [rs, ps] = algorithms[digestName]
      test(`${rs} over the digest is what signing the message gives`, async () => {
        using key = mathematics.openRsaKey(rsaPair.privateKey, random)
        const signature = await key.sign(rs, hash(digestName, 'message', 'buffer'))
        const expected = createSign(digestName).update('message').sign({ key: rsaPair.privateKey, format: 'der', type: 'pkcs8' })
        assert.deepEqual(Buffer.from(signature), expected)
      })

      test(`${ps} over the digest verifies as a signature of the message, salt as long as the digest`, async () => {
        using key = mathematics.openRsaKey(rsaPair.privateKey, random)
        const signature = await key.sign(ps, hash(digestName, 'message', 'buffer'))
        const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
        const parameters = { key: rsaPublic, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
        assert.ok(verify(digestName, Buffer.from('message'), parameters, signature))
        assert.ok(!verify(digestName, Buffer.from('massage'), parameters, signature))
      })
    }

    test('a closed key is of no use; work that has begun goes on', async () => {
      const key = mathematics.openRsaKey(rsaPair.privateKey, random)
      const begun = key.sign('RS256', new Uint8Array(32))
      key[Symbol.dispose]()
      assert.equal((await begun).length, 256)
      await assert.rejects(key.sign('RS256', new Uint8Array(32)))
      await assert.rejects(key.decrypt('RSA-OAEP', new Uint8Array(256)))
    })

    test('what is no PKCS #8 key, or is followed by more, does not open', () => {
      assert.throws(() => mathematics.openRsaKey(new Uint8Array(40), random))
      assert.throws(() => mathematics.openRsaKey(rsaPair.publicKey, random))
    })
  })

  for (const { spec, privateKey, publicKey } of ecPairs) {
    describe(`ECDSA ${spec}, ${backend}`, () => {
      const opensslHash = { 'P-256': 'sha256', 'P-256K': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' }[spec]
      const width = keySpecs[spec].coordinateBytes

      for (const placement of ['inline', 'pool'] as const) {
        test(`${placement}: a signature over a digest verifies as one of the message, R ‖ S of fixed width`, async () => {
          using key = mathematics.openEcKey(spec, privateKey)
          const signature = await key.sign(hash(opensslHash, 'message', 'buffer'), placement)
          assert.equal(signature.length, 2 * width)
          const parameters = { key: publicKey, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const
          assert.ok(verify(opensslHash, Buffer.from('message'), parameters, signature))
        })

        test(`${placement}: verification refuses another digest, a flipped bit and another width`, async () => {
          using key = mathematics.openEcKey(spec, privateKey)
          const digest = hash(opensslHash, 'message', 'buffer')
          const signature = Uint8Array.from(await key.sign(digest, placement))
          assert.equal(await key.verify(digest, signature, placement), true)
          assert.equal(await key.verify(hash(opensslHash, 'massage', 'buffer'), signature, placement), false)
          assert.equal(await key.verify(digest, signature.with(width, signature[width]! ^ 1), placement), false)
          for (const other of [
            signature.subarray(1),
            new Uint8Array([0, ...signature]),
            new Uint8Array(),
            new Uint8Array(2 * width),
            new Uint8Array(2 * width).fill(255),
          ]) {
            assert.equal(await key.verify(digest, other, placement), false)
          }
        })
      }

      test('each backend verifies what every other has signed', async () => {
        const digest = hash(opensslHash, 'message', 'buffer')
        using mine = mathematics.openEcKey(spec, privateKey)
        for (const other of backends) {
          using theirs = other.mathematics.openEcKey(spec, privateKey)
          assert.equal(await mine.verify(digest, await theirs.sign(digest, 'pool'), 'pool'), true)
        }
      })
    })
  }

  test(`RFC 6979 A.2.5, ${backend}: the signature of "sample" verifies`, async () => {
    const point = Uint8Array.fromHex(
      '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    )
    const scalar = Uint8Array.fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')
    const signature = Uint8Array.fromHex(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    )
    using key = mathematics.openEcKey('P-256', ecPkcs8('P-256', scalar, point))
    assert.equal(await key.verify(hash('sha256', 'sample', 'buffer'), signature, 'pool'), true)
  })
}

const paddingsOf = {
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
  'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
} as const satisfies Record<EncryptionAlgorithm, object>

describe('native and fallback, bit for bit', { skip }, () => {
  test('the same sectors', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 8 }),
        fc.integer({ min: 0, max: 5 }),
        (dek, sector, sectors) => {
          fc.pre(Buffer.compare(dek.subarray(0, 32), dek.subarray(32)) !== 0)
          using native = loaded.openSectorCipher(dek)
          using slow = fallback.openSectorCipher(dek)
          const left = Uint8Array.from({ length: sectors * 512 }, (_, at) => at * 7)
          const right = Uint8Array.from(left)
          native.encrypt(sector, left)
          slow.encrypt(sector, right)
          assert.deepEqual(left, right)
          slow.decrypt(sector, left)
          native.decrypt(sector, right)
          assert.deepEqual(left, right)
        },
      ),
    )
  })

  test('the same PKCS #1 signatures and raw paddings, and the same rejected decryptions', async () => {
    using native = loaded.mathematics.openRsaKey(rsaPair.privateKey, random)
    using slow = fallback.mathematics.openRsaKey(rsaPair.privateKey, random)
    const digests: readonly [RsaSignatureAlgorithm, number][] = [
      ['RS256', 32],
      ['RS384', 48],
      ['RS512', 64],
      ['RSNULL', 1],
      ['RSNULL', 245],
    ]
    for (const [algorithm, bytes] of digests) {
      const digest = new Uint8Array(bytes).fill(bytes)
      assert.deepEqual(Buffer.from(await native.sign(algorithm, digest)), Buffer.from(await slow.sign(algorithm, digest)))
    }
    const noise = new Uint8Array(256).fill(3)
    assert.deepEqual(Buffer.from((await native.decrypt('RSA1_5', noise))!), Buffer.from((await slow.decrypt('RSA1_5', noise))!))
  })
})

for (const { backend, mathematics } of backends) {
  const { messages } = mathematics
  describe(`messages, ${backend}`, () => {
    for (const spec of Object.keys(mlDsaSpecs).filter(isMlDsa))
      test(`${spec}: a signature of µ is one of the message and its context, and of no other`, async () => {
        const pkcs8 = mlDsaPkcs8(spec, new Uint8Array(32).fill(5))
        const spki = mlDsaPublicKey(pkcs8)
        const [message, context] = [Uint8Array.from([1, 2, 3]), Uint8Array.from([4])]
        const mu = mlDsaMu(mlDsaPublicBytes(spki), message, context)
        const signature = await messages.sign(pkcs8, { form: 'mlDsaMu', message: mu }, random)
        const openssl = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
        assert.equal(verify(null, message, { key: openssl, context }, signature), true)
        assert.equal(await messages.verify(pkcs8, { form: 'mlDsa', message, context, signature }), true)
        assert.equal(await messages.verify(pkcs8, { form: 'mlDsaMu', message: mu, signature }), true)
        for (const other of [{ message }, { message: mu, context }, { message: message.with(0, 9), context }])
          assert.equal(await messages.verify(pkcs8, { form: 'mlDsa', ...other, signature }), false)
        const own = await messages.sign(pkcs8, { form: 'mlDsa', message, context }, random)
        assert.equal(await messages.verify(pkcs8, { form: 'mlDsaMu', message: mu, signature: own }), true)
      })

    test('Ed25519ph is RFC 8032 7.3, and no pure signature', async () => {
      const pkcs8 = Uint8Array.fromHex('302e020100300506032b657004220420833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42')
      const message = Uint8Array.fromHex('616263')
      const signature = await messages.sign(pkcs8, { form: 'ed25519ph', message }, random)
      assert.match(signature.toHex(), /^98a70222f0b8121aa9d30f813d683f80.{64}a10b8c61e636062aaad11c2a26083406$/)
      assert.equal(await messages.verify(pkcs8, { form: 'ed25519ph', message, signature }), true)
      assert.equal(await messages.verify(pkcs8, { form: 'ed25519ph', message, signature: signature.with(3, 0) }), false)
    })
  })
}

test('a message is signed while the calling thread goes on', { skip }, async () => {
  const { messages } = loaded.mathematics
  const pkcs8 = mlDsaPkcs8('ML-DSA-87', new Uint8Array(32))
  const said = { form: 'mlDsaMu', message: new Uint8Array(64) } as const
  await messages.sign(pkcs8, said, random)
  const progress = { signed: 0 }
  const signing = Array.from({ length: 40 }, async () => {
    await messages.sign(pkcs8, said, random)
    progress.signed += 1
  })
  // What is done before a call returns is settled before the loop turns.
  await new Promise(resolve => setImmediate(resolve))
  assert(progress.signed < signing.length)
  await Promise.all(signing)
})
