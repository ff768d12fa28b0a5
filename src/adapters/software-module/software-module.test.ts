import assert from 'node:assert/strict'
import { constants, createCipheriv, createDecipheriv, createPublicKey, hash, publicEncrypt, randomFillSync, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { loadNative } from '#adapters/native/native.ts'
import { modulusBytes, isRsa } from '#crypto/algorithm-fit.ts'
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { specOfPublicKey } from '#crypto/public-key.ts'
import { compartmentId, recordId, sealed } from '#model/brands.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { ProblemCode } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { MadeKey, UsableKey } from '#ports/crypto-module.ts'
import type { Random } from '#ports/random.ts'
import type { Material, Place } from '#ports/record-store.ts'
import { softwareModule } from './software-module.ts'

const random: Random = { bytes: length => randomFillSync(new Uint8Array(length)), uuid: () => '00000000-0000-4000-8000-000000000000' }

/** AES-GCM bound to the place: what the module is promised of a Barrier, and nothing else. */
function materialBarrier(): Pick<Barrier, 'sealMaterial' | 'openMaterial'> {
  const key = random.bytes(32)
  const aad = (place: Place) => Buffer.from(`${place.id}/${place.version}`)
  return {
    sealMaterial(place, material) {
      const iv = random.bytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad(place))
      const body = cipher.update(material)
      cipher.final()
      return { term: 1, bytes: sealed(Buffer.concat([iv, body, cipher.getAuthTag()])) }
    },
    openMaterial(place, material) {
      const decipher = createDecipheriv('aes-256-gcm', key, material.bytes.subarray(0, 12)).setAAD(aad(place))
      decipher.setAuthTag(material.bytes.subarray(-16))
      const plain = decipher.update(material.bytes.subarray(12, -16))
      decipher.final()
      return new SecretBytes(Uint8Array.from(plain))
    },
  }
}

const compartment = compartmentId('c'.repeat(32))
const place = (number: number, version = 1): Place => ({
  id: recordId(compartment, number.toString(16).padStart(64, '0')),
  version: version.toString(16).padStart(32, '0'),
})
const aModule = (changes: { readonly keyCacheMax?: number; readonly force?: 'fallback' } = {}) =>
  softwareModule({
    barrier: materialBarrier() as Barrier,
    random,
    native: loadNative(changes.force === undefined ? {} : { force: changes.force }),
    threads: 2,
    ...(changes.keyCacheMax === undefined ? {} : { keyCacheMax: changes.keyCacheMax }),
  })
const refusedWith = (code: ProblemCode, details?: object) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.body.code, code)
  if (details !== undefined) assert.deepEqual(error.body.details, details)
  return true
}
const publicOf = (made: MadeKey): KeyObject => createPublicKey({ key: Buffer.from(made.publicKey!), format: 'der', type: 'spki' })
const digestOf = (algorithm: SignatureAlgorithm): Bytes => new Uint8Array(digestBytes(algorithm)).fill(0x11)
const digestBytes = (algorithm: SignatureAlgorithm): number => {
  const row = signatureAlgorithms[algorithm]
  return 'digestBytes' in row ? row.digestBytes : 20
}
const algorithmsOf = (spec: KeySpec): SignatureAlgorithm[] =>
  (Object.keys(signatureAlgorithms) as SignatureAlgorithm[]).filter(name => {
    const row = signatureAlgorithms[name]
    return row.kty === keySpecs[spec].kty && (row.kty === 'RSA' || row.spec === spec)
  })

/** One module with a key of each spec, made once. */
const shared = aModule()
const specs = Object.keys(keySpecs) as KeySpec[]
const made = new Map<KeySpec, Promise<MadeKey>>(specs.map((spec, at) => [spec, shared.generate(spec, place(at))]))
async function sharedKey(spec: KeySpec): Promise<{ readonly key: UsableKey; readonly made: MadeKey }> {
  const own = await made.get(spec)!
  return { made: own, key: await shared.use(place(specs.indexOf(spec)), spec, async () => own.material) }
}

for (const spec of specs) {
  describe(`software module, ${spec}`, () => {
    test('the public half is of the spec, RSA’s exponent is 65537', async () => {
      const { made } = await sharedKey(spec)
      assert.equal(specOfPublicKey(made.publicKey!), spec)
      if (isRsa(spec)) assert.equal(publicOf(made).asymmetricKeyDetails?.publicExponent, 65_537n)
    })

    for (const algorithm of algorithmsOf(spec)) {
      test(`${algorithm}: what it signs it verifies, and nothing else`, async () => {
        const { key } = await sharedKey(spec)
        const digest = digestOf(algorithm)
        const signature = await key.sign(algorithm, digest)
        assert.equal(signature.length, isRsa(spec) ? modulusBytes(spec) : 2 * keySpecs[spec].coordinateBytes)
        assert.equal(await key.verify(algorithm, digest, signature), true)
        assert.equal(await key.verify(algorithm, Uint8Array.from(digest).with(0, 0x12), signature), false)
        assert.equal(await key.verify(algorithm, digest, Uint8Array.from(signature).with(9, signature[9]! ^ 1)), false)
        for (const other of [new Uint8Array(), signature.subarray(1), new Uint8Array(signature.length).fill(255)]) {
          assert.equal(await key.verify(algorithm, digest, other), false)
        }
      })
    }

    test('every other signature algorithm is incompatible', async () => {
      const { key } = await sharedKey(spec)
      for (const algorithm of (Object.keys(signatureAlgorithms) as SignatureAlgorithm[]).filter(
        name => !algorithmsOf(spec).includes(name),
      )) {
        await assert.rejects(key.sign(algorithm, digestOf(algorithm)), refusedWith('AlgorithmIncompatible'))
        await assert.rejects(key.verify(algorithm, digestOf(algorithm), new Uint8Array(64)), refusedWith('AlgorithmIncompatible'))
      }
    })

    if (isRsa(spec)) rsaEncryption(spec)
    else {
      test('it does not encrypt', async () => {
        const { key } = await sharedKey(spec)
        await assert.rejects(
          key.encrypt('RSA-OAEP', new Uint8Array(1)),
          refusedWith('AlgorithmIncompatible', {
            use: 'encryption',
            misfit: "has key type 'EC', and algorithm 'RSA-OAEP' can only be used with key type 'RSA'",
          }),
        )
      })
    }
  })
}

function rsaEncryption(spec: Extract<KeySpec, `RSA-${string}`>): void {
  for (const algorithm of Object.keys(encryptionAlgorithms) as EncryptionAlgorithm[]) {
    const max = modulusBytes(spec) - encryptionAlgorithms[algorithm].overheadBytes
    test(`${algorithm}: decrypt inverts encrypt to the longest plaintext, ${max.toString()} bytes`, async () => {
      const { key } = await sharedKey(spec)
      for (const length of [1, 64, max]) {
        const plaintext = random.bytes(length)
        using decrypted = await key.decrypt(algorithm, await key.encrypt(algorithm, plaintext))
        assert.deepEqual(Uint8Array.from(decrypted.bytes), plaintext)
      }
    })

    test(`${algorithm}: nothing, a byte too much, and a ciphertext of another length are refused with the length`, async () => {
      const { key } = await sharedKey(spec)
      await assert.rejects(key.encrypt(algorithm, new Uint8Array()), refusedWith('ValueLengthInvalid'))
      await assert.rejects(
        key.encrypt(algorithm, new Uint8Array(max + 1)),
        refusedWith('ValueLengthInvalid', {
          message: `Invalid length of 'value': ${(max + 1).toString()} bytes. ${algorithm} requires 1 to ${max.toString()} bytes, encoded with base64url.`,
        }),
      )
      await assert.rejects(key.decrypt(algorithm, new Uint8Array(modulusBytes(spec) + 1)), refusedWith('ValueLengthInvalid'))
      await assert.rejects(key.decrypt(algorithm, new Uint8Array()), refusedWith('ValueLengthInvalid'))
    })
  }
}

describe('software module, refusals and custody', () => {
  test('a digest of another length names both lengths', async () => {
    const { key } = await sharedKey('P-256')
    const message = "Invalid length of 'value': 31 bytes. ES256 requires 32 bytes, encoded with base64url."
    await assert.rejects(key.sign('ES256', new Uint8Array(31)), refusedWith('ValueLengthInvalid', { message }))
    await assert.rejects(key.verify('ES256', new Uint8Array(31), new Uint8Array(64)), refusedWith('ValueLengthInvalid', { message }))
  })

  test('a key of another curve names both curves', async () => {
    const { key } = await sharedKey('P-256')
    const misfit = "uses curve 'P-256', and algorithm 'ES384' can only be used with curve 'P-384'"
    await assert.rejects(key.sign('ES384', new Uint8Array(48)), refusedWith('AlgorithmIncompatible', { use: 'signing', misfit }))
  })

  test('a decryption fails with one problem, whether padding, hash or key is wrong', async () => {
    const { key, made } = await sharedKey('RSA-2048')
    const oaepSha1 = { key: publicOf(made), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }
    const wrongs = [publicEncrypt(oaepSha1, Buffer.from('x')), new Uint8Array(256), new Uint8Array(256).fill(0xff)]
    for (const wrong of wrongs) await assert.rejects(key.decrypt('RSA-OAEP-256', wrong), refusedWith('DecryptionFailed'))
  })

  test('RSA1_5 rejects implicitly: a bad padding is never told', async () => {
    const { key, made } = await sharedKey('RSA-2048')
    const unpadded = publicEncrypt({ key: publicOf(made), padding: constants.RSA_NO_PADDING }, new Uint8Array(256).fill(1))
    using noise = await key.decrypt('RSA1_5', unpadded)
    assert.ok(noise.length <= 245)
  })

  test('RS256 and PS256 over a digest verify as signatures of the message', async () => {
    const { key, made } = await sharedKey('RSA-3072')
    const digest = hash('sha256', 'message', 'buffer')
    assert.ok(verify('sha256', Buffer.from('message'), publicOf(made), await key.sign('RS256', digest)))
    const pss = { key: publicOf(made), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    assert.ok(verify('sha256', Buffer.from('message'), pss, await key.sign('PS256', digest)))
  })

  test('without the native module the same keys do the same', async () => {
    using slow = aModule({ force: 'fallback' })
    const made = await slow.generate('P-384', place(900))
    const key = await slow.use(place(900), 'P-384', async () => made.material)
    const digest = digestOf('ES384')
    assert.ok(await key.verify('ES384', digest, await key.sign('ES384', digest)))
  })

  test('material opens in its own place alone', async () => {
    const { made } = await sharedKey('P-256')
    await assert.rejects(shared.use(place(77), 'P-256', async () => made.material))
  })

  test('material of another spec does not open', async () => {
    const { made } = await sharedKey('P-256')
    const own = place(specs.indexOf('P-256'))
    shared.drop(own.id)
    await assert.rejects(
      shared.use(own, 'P-384', async () => made.material),
      /another spec/,
    )
  })

  test('a backup restores in another place and signs for the same public key', async () => {
    const { made } = await sharedKey('P-256')
    using backedUp = shared.backUp(place(specs.indexOf('P-256')), made.material)
    const material = shared.restore(place(501), backedUp)
    const key = await shared.use(place(501), 'P-256', async () => material)
    const signature = await key.sign('ES256', hash('sha256', 'message', 'buffer'))
    assert.ok(verify('sha256', Buffer.from('message'), { key: publicOf(made), dsaEncoding: 'ieee-p1363' }, signature))
  })

  test('import seals what the gate let through and answers its public half', async () => {
    const { made } = await sharedKey('P-521')
    using pkcs8 = shared.backUp(place(specs.indexOf('P-521')), made.material)
    const imported = await shared.import('P-521', pkcs8, place(502))
    assert.deepEqual(imported.publicKey, made.publicKey)
    await assert.rejects(shared.import('P-256', pkcs8, place(503)), /another spec/)
  })
})

describe('software module, open keys', () => {
  async function counted(changes: { readonly keyCacheMax?: number } = {}) {
    const module = aModule(changes)
    const materials = new Map<string, Material>()
    const reads: string[] = []
    const add = async (own: Place) => {
      materials.set(own.id + own.version, (await module.generate('P-256', own)).material)
      return own
    }
    const use = (own: Place) =>
      module.use(own, 'P-256', async () => {
        reads.push(own.version)
        return materials.get(own.id + own.version)!
      })
    return { module, reads, add, use }
  }
  const digest = digestOf('ES256')

  test('material is read on a miss alone, once for callers who come together', async () => {
    const { module, reads, add, use } = await counted()
    using _ = module
    const own = await add(place(1))
    const [first] = await Promise.all([use(own), use(own), use(own)])
    await first.sign('ES256', digest)
    await (await use(own)).sign('ES256', digest)
    assert.equal(reads.length, 1)
  })

  test('drop takes every version of the record, and of no other', async () => {
    const { module, reads, add, use } = await counted()
    using _ = module
    const [one, two, other] = [await add(place(1, 1)), await add(place(1, 2)), await add(place(2, 3))]
    const keys = [await use(one), await use(two), await use(other)]
    module.drop(one.id)
    for (const key of keys) await key.sign('ES256', digest)
    assert.deepEqual(reads.map(Number), [1, 2, 3, 1, 2])
  })

  test('an operation that has begun outlives the drop', async () => {
    const { module, add, use } = await counted()
    using _ = module
    const own = await add(place(1))
    const key = await use(own)
    const begun = key.sign('ES256', digest)
    module.drop(own.id)
    assert.ok(await key.verify('ES256', digest, await begun))
  })

  test('the least recently used key makes room, and opens again when it is asked for', async () => {
    const { module, reads, add, use } = await counted({ keyCacheMax: 2 })
    using _ = module
    const [one, two, three] = [await add(place(1, 1)), await add(place(2, 2)), await add(place(3, 3))]
    await use(one)
    await use(two)
    await use(one)
    const key = await use(three)
    await use(one)
    assert.deepEqual(reads.map(Number), [1, 2, 3])
    await use(two)
    assert.deepEqual(reads.map(Number), [1, 2, 3, 2])
    assert.ok((await key.sign('ES256', digest)).length === 64)
  })

  test('an opening that failed is tried again', async () => {
    const { module, add, use } = await counted()
    using _ = module
    const own = await add(place(1))
    const lost = async (): Promise<Material> => {
      throw new Error('the store is away')
    }
    await assert.rejects(module.use(own, 'P-256', lost), /away/)
    assert.equal((await (await use(own)).sign('ES256', digest)).length, 64)
  })
})
