// Keys of the further kinds, from brought material to answer: Wycheproof, RFC vectors, OpenSSL on the other side.
import assert from 'node:assert/strict'
import { createPublicKey, decapsulate, diffieHellman, generateKeyPairSync, hash, randomBytes, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadNative } from '#adapters/native/native.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { macSpecs, type MacSpec } from '#crypto/mac-keys.ts'
import { mlDsaPublicBytes, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { mlKemSpecs, type MlKemSpec } from '#crypto/ml-kem.ts'
import { curveOfPeer } from '#crypto/public-key.ts'
import { compartmentId, recordId, sealed, type Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { DataKeyPairSpec, KeyKind, MadeKey } from '#ports/crypto-module.ts'
import type { Material, Place } from '#ports/record-store.ts'
import { edwardsKey } from './edwards-key.ts'
import { softwareModule } from './software-module.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)
const vectorsOf = (name: string): unknown => {
  const file = join(import.meta.dirname, '../../../tests/vectors/wycheproof', `${name}_test.json`)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly testGroups: unknown }).testGroups
}

/** What is sealed here is the material itself: nothing of the Barrier is tested. */
const openBarrier = {
  sealMaterial: (_place: Place, material: Bytes): Material => ({ term: 1, bytes: sealed(Uint8Array.from(material)) }),
  openMaterial: (_place: Place, material: Material) => new SecretBytes(Uint8Array.from(material.bytes)),
} as Barrier
const module = softwareModule({ barrier: openBarrier, random: systemRandom(), native: loadNative(), threads: 2 })
const id = recordId(compartmentId('a'.repeat(32)), 'b'.repeat(64))
const newPlace = (): Place => ({ id, version: randomBytes(16).toString('hex') })

async function brought<S extends string, U>(
  kind: KeyKind<S, U>,
  spec: S,
  secret: Bytes,
): Promise<{ readonly made: MadeKey; readonly key: U }> {
  const place = newPlace()
  const made = await kind.import(spec, new SecretBytes(Uint8Array.from(secret)), place)
  return { made, key: await kind.use(place, spec, async () => made.material) }
}
async function fresh<S extends string, U>(kind: KeyKind<S, U>, spec: S): Promise<{ readonly made: MadeKey; readonly key: U }> {
  const place = newPlace()
  const made = await kind.generate(spec, place)
  return { made, key: await kind.use(place, spec, async () => made.material) }
}
const publicOf = ({ publicKey }: MadeKey) => createPublicKey({ key: Buffer.from(publicKey!), format: 'der', type: 'spki' })

describe('envelope keys', () => {
  test('what is sealed opens for what it was bound to, and for nothing else, under no other key', async () => {
    const [{ key }, { key: other }] = [await fresh(module.envelopes, 'AES-256'), await fresh(module.envelopes, 'AES-256')]
    const bound = new Uint8Array(32).fill(1)
    const [box, again] = [await key.seal(hex('c0ffee'), bound), await key.seal(hex('c0ffee'), bound)]
    assert.notDeepEqual(box, again, 'no two are alike')
    assert.equal((await key.open(box, bound))?.bytes.toHex(), 'c0ffee')
    assert.equal(await key.open(box, new Uint8Array(32)), undefined)
    assert.equal(await other.open(box, bound), undefined)
    assert.equal(await key.open(box.subarray(1), bound), undefined)
    assert.equal(await key.open(new Uint8Array(0), bound), undefined)
    await assert.rejects(key.seal(hex('00'), new Uint8Array(31)))
  })
})

describe('HMAC keys', () => {
  for (const bits of ['224', '256', '384', '512'] as const)
    test(`Wycheproof hmac_sha${bits}: every verdict of whole tags under keys of a length that may be brought`, async () => {
      const spec: MacSpec = `HMAC-${bits}`
      let seen = 0
      for (const group of vectorsOf(`hmac_sha${bits}`) as readonly {
        readonly tagSize: number
        readonly tests: readonly { readonly key: string; readonly msg: string; readonly tag: string; readonly result: string }[]
      }[])
        for (const one of group.tests) {
          const { min, max } = macSpecs[spec].taken
          if (group.tagSize !== Number(bits) || one.key.length < 2 * min || one.key.length > 2 * max) continue
          seen += 1
          const { key } = await brought(module.macs, spec, hex(one.key))
          assert.equal(await key.verify(hex(one.msg), hex(one.tag)), one.result === 'valid')
          assert.equal(await key.verify(hex(one.msg), hex(one.tag).subarray(1)), false, 'a part of a code is none')
        }
      assert.ok(seen > 20, `${seen}`)
    })

  test('a key outside the lengths of its spec is refused', async () => {
    await assert.rejects(brought(module.macs, 'HMAC-224', new Uint8Array(27)))
    await assert.rejects(brought(module.macs, 'HMAC-512', new Uint8Array(129)))
  })
})

describe('keys of agreement', () => {
  for (const [spec, curve] of [
    ['P-256', 'secp256r1'],
    ['P-384', 'secp384r1'],
    ['P-521', 'secp521r1'],
  ] as const)
    test(`Wycheproof ecdh_${curve}: every shared secret, and no peer of another encoding or off the curve`, async () => {
      let agreed = 0
      for (const { tests } of vectorsOf(`ecdh_${curve}`) as readonly {
        readonly tests: readonly {
          readonly tcId: number
          readonly public: string
          readonly private: string
          readonly shared: string
          readonly result: string
        }[]
      }[])
        for (const one of tests) {
          const peer = hex(one.public)
          if (curveOfPeer(peer) !== spec) {
            assert.notEqual(one.result, 'valid', `${one.tcId}`)
            continue
          }
          assert.notEqual(one.result, 'invalid', `${one.tcId}`)
          const place = newPlace()
          const key = await module.agreements.use(place, spec, async () =>
            module.restore(place, new SecretBytes(pkcs8OfScalar(spec, one.private))),
          )
          assert.equal((await key.agree(peer)).bytes.toHex(), one.shared, `${one.tcId}`)
          agreed += 1
        }
      assert.ok(agreed > 300, `${agreed}`)
    })

  test('a new key agrees with whom OpenSSL made', async () => {
    const { made, key } = await fresh(module.agreements, 'P-384')
    const partner = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const secret = await key.agree(Uint8Array.from(partner.publicKey.export({ format: 'der', type: 'spki' })))
    assert.deepEqual(secret.bytes, diffieHellman({ privateKey: partner.privateKey, publicKey: publicOf(made) }))
  })
})

describe('Ed25519 keys', () => {
  const pkcs8 = (seed: string): Uint8Array => hex(`302e020100300506032b657004220420${seed}`)

  test('RFC 8032 7.1: the signatures of TEST 2 and TEST SHA(abc), 7.3: Ed25519ph of abc', async () => {
    const two = await brought(module.edwards, 'Ed25519', pkcs8('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'))
    const pure =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
    assert.equal((await two.key.sign('pure', hex('72'))).toHex(), pure)
    const abc = await brought(module.edwards, 'Ed25519', pkcs8('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'))
    const prehashed =
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406'
    assert.equal((await abc.key.sign('prehashed', hex('616263'))).toHex(), prehashed)
    assert.equal(await abc.key.verify('prehashed', hex('616263'), hex(prehashed)), true)
    assert.equal(await abc.key.verify('pure', hex('616263'), hex(prehashed)), false)
    assert.equal(await abc.key.verify('prehashed', hex('616264'), hex(prehashed)), false)
    assert.equal(await abc.key.verify('prehashed', hex('616263'), hex(prehashed).subarray(1)), false)
  })

  test('a pre-hashed signature of a digest is over its hash', async () => {
    const { key } = await fresh(module.edwards, 'Ed25519')
    const digest = Uint8Array.from(hash('sha512', 'message', 'buffer'))
    const signature = await key.sign('prehashed', digest)
    assert.equal(await key.verify('prehashed', digest, signature), true)
    assert.equal(await key.verify('prehashed', Buffer.from('message'), signature), false)
  })
})

describe('Ed25519 verification', () => {
  test('Wycheproof ed25519: every verdict', async () => {
    const seed = generateKeyPairSync('ed25519').privateKey
    for (const { publicKeyDer, tests } of vectorsOf('ed25519') as readonly {
      readonly publicKeyDer: string
      readonly tests: readonly { readonly tcId: number; readonly msg: string; readonly sig: string; readonly result: string }[]
    }[]) {
      const publicKey = createPublicKey({ key: Buffer.from(publicKeyDer, 'hex'), format: 'der', type: 'spki' })
      const key = edwardsKey(
        async (_placement, work) => work({ kty: 'pair', privateKey: seed, publicKey, [Symbol.dispose]: () => undefined }),
        { messages: loadNative().mathematics.messages, random: systemRandom() },
      )
      for (const one of tests) assert.equal(await key.verify('pure', hex(one.msg), hex(one.sig)), one.result === 'valid', `${one.tcId}`)
    }
  })
})

describe('ML-KEM keys', () => {
  test('Wycheproof mlkem_768: every shared secret of a ciphertext of the right length, implicit rejections among them', async () => {
    let seen = 0
    for (const { tests } of vectorsOf('mlkem_768') as readonly {
      readonly tests: readonly {
        readonly tcId: number
        readonly seed: string
        readonly c: string
        readonly K: string
        readonly result: string
      }[]
    }[])
      for (const one of tests) {
        if (one.seed.length !== 128 || one.c.length !== 2 * mlKemSpecs['ML-KEM-768'].ciphertextBytes) continue
        seen += 1
        const { key } = await brought(module.kems, 'ML-KEM-768', hex(`3054020100300b060960864801650304040204428040${one.seed}`))
        assert.equal((await key.decapsulate(hex(one.c))).bytes.toHex(), one.K, `${one.tcId}`)
      }
    assert.ok(seen > 20, `${seen}`)
  })

  for (const spec of Object.keys(mlKemSpecs) as MlKemSpec[])
    test(`${spec}: what the key encapsulates it decapsulates, and so does its private half outside`, async () => {
      const { made, key } = await fresh(module.kems, spec)
      const { secret, ciphertext } = await key.encapsulate()
      assert.equal(ciphertext.length, mlKemSpecs[spec].ciphertextBytes)
      assert.deepEqual((await key.decapsulate(ciphertext)).bytes, secret.bytes)
      const outside = decapsulate({ key: Buffer.from(made.material.bytes), format: 'der', type: 'pkcs8' }, ciphertext)
      assert.deepEqual(outside, secret.bytes)
      const spoiled = await key.decapsulate(ciphertext.map((byte, at) => (at === 7 ? byte ^ 1 : byte)))
      assert.notDeepEqual(spoiled.bytes, secret.bytes)
    })
})

describe('ML-DSA over µ', () => {
  for (const spec of ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const satisfies readonly MlDsaSpec[])
    test(`${spec}: a signature over µ is one of the message, and the other way round`, async () => {
      const place = newPlace()
      const made = await module.generateMlDsa(spec, place)
      const key = await module.useMlDsa(place, spec, async () => made.material)
      const message = Buffer.from('hashed elsewhere')
      const shake = (data: Bytes) => hash('shake256', data, { outputEncoding: 'buffer', outputLength: 64 })
      const mu = Uint8Array.from(shake(Buffer.concat([shake(mlDsaPublicBytes(made.publicKey!)), Uint8Array.of(0, 0), message])))
      const signature = await key.signMu(mu)
      assert.equal(verify(null, message, publicOf(made), signature), true)
      assert.equal(await key.verifyMu(mu, await key.sign(message)), true)
      assert.equal(
        await key.verifyMu(
          mu.map(byte => byte ^ 1),
          signature,
        ),
        false,
      )
      assert.equal(await key.verifyMu(mu, signature.subarray(1)), false)
      await assert.rejects(key.signMu(mu.subarray(1)))
    })
})

describe('data key pairs', () => {
  const specs: readonly DataKeyPairSpec[] = [
    'RSA-2048',
    'P-256',
    'P-384',
    'P-521',
    'P-256K',
    'Ed25519',
    'ML-KEM-512',
    'ML-KEM-768',
    'ML-KEM-1024',
  ]
  for (const spec of specs)
    test(`${spec}: PKCS #8 and SubjectPublicKeyInfo of one pair, another every time`, async () => {
      const [{ privateKey, publicKey }, other] = [await module.generateDataKeyPair(spec), await module.generateDataKeyPair(spec)]
      const half = createPublicKey({ key: Buffer.from(privateKey.bytes), format: 'der', type: 'pkcs8' } as never)
      assert.deepEqual(Uint8Array.from(half.export({ format: 'der', type: 'spki' })), publicKey)
      assert.notDeepEqual(other.publicKey, publicKey)
    })
})

/** ECPrivateKey of a bare scalar: without the point, which OpenSSL computes. */
function pkcs8OfScalar(spec: 'P-256' | 'P-384' | 'P-521', scalar: string): Uint8Array {
  const { width, jwk } = {
    'P-256': { width: 32, jwk: 'prime256v1' },
    'P-384': { width: 48, jwk: 'secp384r1' },
    'P-521': { width: 66, jwk: 'secp521r1' },
  }[spec]
  const digits = scalar.replace(/^(00)+/, '').padStart(width * 2, '0')
  const oid = { prime256v1: '06082a8648ce3d030107', secp384r1: '06052b81040022', secp521r1: '06052b81040023' }[jwk]!
  const wrap = (tag: string, content: string): string => {
    const length = content.length / 2
    return tag + (length < 128 ? '' : '81') + length.toString(16).padStart(2, '0') + content
  }
  const key = wrap('30', `020101${wrap('04', digits)}`)
  return hex(wrap('30', `020100${wrap('30', `06072a8648ce3d0201${oid}`)}${wrap('04', key)}`))
}
