// Project Wycheproof's vectors, and those of RFC 8032, through the key service's wire: signed request, policy, operation, module.
// All of each file are sent. What comes out otherwise than the file says is a deviation, listed with its reason in
// tests/vectors/kms-deviations.json: the list may only shrink, for a deviation that is gone fails the test like one that is new.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { curveOfPeer } from '#crypto/public-key.ts'
import { mlDsaMu } from '#crypto/ml-dsa.ts'
import type { Answered } from '#protocols/http/testing.ts'
import {
  edwardsPkcs8,
  kmsKeys,
  mlDsaSeedPkcs8,
  mlKemSeedPkcs8,
  modulusAlone,
  pointAlone,
  scalarPkcs8,
  type KmsKeys,
} from './wire/kms-keys.ts'
import { signedHouse } from './wire/signed.ts'

const text = z.string().default('')
const vectorShape = z.object({
  tcId: z.number(),
  result: z.enum(['valid', 'invalid', 'acceptable']),
  msg: text,
  sig: text,
  ct: text,
  key: text,
  tag: text,
  public: text,
  private: text,
  shared: text,
  ctx: text,
  mu: z.string().optional(),
  seed: text,
  c: text,
  K: text,
})
type Vector = z.output<typeof vectorShape>
const groupShape = z.looseObject({
  publicKeyDer: text,
  privateKeyPkcs8: text,
  privateSeed: text,
  tagSize: z.number().default(0),
  publicKey: z.union([z.string(), z.looseObject({ pk: text }), z.null()]).default(''),
  tests: z.array(vectorShape),
})
type Group = z.output<typeof groupShape>

const folder = join(import.meta.dirname, 'vectors')
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))
const groupsOf = (name: string): readonly Group[] =>
  z.object({ testGroups: z.array(groupShape) }).parse(read(`wycheproof/${name}_test.json`)).testGroups
const deviations = z.record(z.string(), z.record(z.string(), z.array(z.number()))).parse(read('kms-deviations.json'))
const seeds = z.record(z.string(), z.string()).parse(read('wycheproof/ed25519_seeds.json'))

const base64 = (hex = ''): string => Buffer.from(hex, 'hex').toString('base64')
const bytes = (hex = '') => Uint8Array.fromHex(hex)

let keys: KmsKeys
before(async () => {
  keys = kmsKeys(await signedHouse())
})

/** Whether the wire took the vector for valid; no word on what the file itself leaves open. */
type Judge = (vector: Vector) => Promise<boolean>

/** Sends all vectors of a file, and holds what deviates to the list. */
async function assertDeviations(file: string, open: (group: Group) => Promise<Judge>): Promise<void> {
  const found: number[] = []
  for (const group of groupsOf(file)) {
    const judge = await open(group)
    for (const vector of group.tests) {
      const valid = await judge(vector)
      if (vector.result !== 'acceptable' && valid !== (vector.result === 'valid')) found.push(vector.tcId)
    }
  }
  const listed = Object.values(deviations[file] ?? {}).flat()
  assert.deepEqual(
    found.toSorted((a, b) => a - b),
    listed.toSorted((a, b) => a - b),
  )
}

/** True for 200, false for one of these refusals; anything else fails. `ValidationException` is of what the service takes in no request. */
function taken(answered: Answered, ...refusals: readonly string[]): boolean {
  if (answered.status === 200) return true
  assert.ok([...refusals, 'ValidationException'].includes(String(answered.json['__type'])), answered.text)
  return false
}

const verify = async (KeyId: string, SigningAlgorithm: string, members: Readonly<Record<string, unknown>>): Promise<boolean> => {
  const answered = await keys.ask('Verify', { KeyId, SigningAlgorithm, ...members })
  if (!taken(answered, 'KMSInvalidSignatureException')) return false
  assert.equal(answered.json['SignatureValid'], true)
  return true
}

describe('Verify', () => {
  for (const [file, KeySpec, SigningAlgorithm, materialOf] of [
    ['ecdsa_secp256r1_sha256', 'ECC_NIST_P256', 'ECDSA_SHA_256', (der?: string) => pointAlone('P-256', der)],
    ['ecdsa_secp256k1_sha256', 'ECC_SECG_P256K1', 'ECDSA_SHA_256', (der?: string) => pointAlone('P-256K', der)],
    ['ecdsa_secp384r1_sha384', 'ECC_NIST_P384', 'ECDSA_SHA_384', (der?: string) => pointAlone('P-384', der)],
    ['ecdsa_secp521r1_sha512', 'ECC_NIST_P521', 'ECDSA_SHA_512', (der?: string) => pointAlone('P-521', der)],
    ['rsa_signature_2048_sha256', 'RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', modulusAlone],
    ['rsa_pss_2048_sha256_mgf1_32', 'RSA_2048', 'RSASSA_PSS_SHA_256', modulusAlone],
  ] as const)
    test(`${file}: true where it is valid, and an error for the rest`, async () => {
      await assertDeviations(file, async ({ publicKeyDer }) => {
        const KeyId = await keys.holding(KeySpec, 'SIGN_VERIFY', materialOf(publicKeyDer))
        return async ({ msg, sig }) => verify(KeyId, SigningAlgorithm, { Message: base64(msg), Signature: base64(sig) })
      })
    })

  test('ed25519: true where it is valid; and Sign makes the very signature', async () => {
    await assertDeviations('ed25519', async ({ publicKey }) => {
      const seed = typeof publicKey === 'object' ? seeds[publicKey?.pk ?? ''] : undefined
      // Of a few keys the project published no seed, and keys are kept as theirs.
      if (seed === undefined) return async () => false
      const KeyId = await keys.holding('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', edwardsPkcs8(seed))
      return async ({ msg, sig, result }) => {
        const asked = { Message: base64(msg), Signature: base64(sig) }
        const valid = await verify(KeyId, 'ED25519_SHA_512', asked)
        if (valid && result === 'valid') {
          const { json } = await keys.ask('Sign', { KeyId, SigningAlgorithm: 'ED25519_SHA_512', Message: asked.Message })
          assert.equal(json['Signature'], asked.Signature)
        }
        return valid
      }
    })
  })

  test('mldsa_65_sign_seed: signatures under brought seeds, by message, and with a context by µ', async () => {
    await assertDeviations('mldsa_65_sign_seed', async ({ privateSeed, publicKey }) => {
      // No key is kept of a seed of another length.
      if (privateSeed.length !== 64) return async () => false
      const KeyId = await keys.holding('ML_DSA_65', 'SIGN_VERIFY', mlDsaSeedPkcs8('ML-DSA-65', privateSeed))
      const by = async (sig: string, Message: string, MessageType: string): Promise<boolean> =>
        verify(KeyId, 'ML_DSA_SHAKE_256', { Message, MessageType, Signature: base64(sig) })
      return async ({ msg, ctx, mu, sig }) => {
        const told = mu ?? mlDsaMu(bytes(typeof publicKey === 'string' ? publicKey : ''), bytes(msg), bytes(ctx)).toHex()
        const byMu = await by(sig, base64(told), 'EXTERNAL_MU')
        if (msg !== '' && ctx === '') assert.equal(await by(sig, base64(msg), 'RAW'), byMu)
        return byMu
      }
    })
  })
})

describe('Decrypt', () => {
  for (const [file, EncryptionAlgorithm] of [
    ['rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'],
    ['rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'],
  ] as const)
    test(`${file}: the message where it is valid, one error for the rest, under an imported key`, async () => {
      await assertDeviations(file, async ({ privateKeyPkcs8 }) => {
        const KeyId = await keys.imported('RSA_2048', 'ENCRYPT_DECRYPT', bytes(privateKeyPkcs8))
        return async ({ ct, msg }) => {
          const answered = await keys.ask('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob: base64(ct) })
          return taken(answered, 'InvalidCiphertextException') && answered.json['Plaintext'] === base64(msg)
        }
      })
    })
})

describe('DeriveSharedSecret', () => {
  for (const [file, KeySpec, spec] of [
    ['ecdh_secp256r1', 'ECC_NIST_P256', 'P-256'],
    ['ecdh_secp384r1', 'ECC_NIST_P384', 'P-384'],
    ['ecdh_secp521r1', 'ECC_NIST_P521', 'P-521'],
  ] as const)
    test(`${file}: every shared secret, and no peer of another encoding or off the curve`, async () => {
      await assertDeviations(file, async () => async one => {
        const KeyId = await keys.holding(KeySpec, 'KEY_AGREEMENT', scalarPkcs8(spec, one.private))
        const answered = await keys.ask('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: base64(one.public) })
        const valid = taken(answered)
        assert.equal(valid, curveOfPeer(bytes(one.public)) === spec, `${one.tcId}`)
        if (valid) assert.equal(answered.json['SharedSecret'], base64(one.shared), `${one.tcId}`)
        return valid
      })
    })
})

describe('Decapsulate', () => {
  test('mlkem_768: every shared secret, implicit rejections among them, and no ciphertext of another length', async () => {
    await assertDeviations('mlkem_768', async () => async ({ seed, c, K }) => {
      // No key is kept of a seed of another length.
      if (seed.length !== 128) return false
      const KeyId = await keys.holding('ML_KEM_768', 'ENCAPSULATE_DECAPSULATE', mlKemSeedPkcs8(seed))
      const asked = { KeyId, EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob: base64(c) }
      const answered = await keys.ask('Decapsulate', asked)
      if (!taken(answered, 'InvalidCiphertextException')) return false
      assert.equal(answered.json['SharedSecret'], base64(K))
      return true
    })
  })
})

describe('VerifyMac', () => {
  for (const bits of [224, 256, 384, 512])
    test(`hmac_sha${bits}: true where the whole code is the message's, which GenerateMac makes; an error for the rest`, async () => {
      const file = `hmac_sha${bits}`
      await assertDeviations(file, async () => async ({ key, msg, tag, result }) => {
        // Keys of other lengths are imported nowhere (aws-kms.md 2).
        if (key.length / 2 < bits / 8 || key.length / 2 > (bits <= 256 ? 64 : 128)) return false
        const KeyId = await keys.holding(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC', bytes(key))
        const by = { KeyId, MacAlgorithm: `HMAC_SHA_${bits}`, Message: base64(msg) }
        const answered = await keys.ask('VerifyMac', { ...by, Mac: base64(tag) })
        if (!taken(answered, 'KMSInvalidMacException')) return false
        assert.deepEqual([answered.json['MacValid'], result], [true, 'valid'])
        assert.equal((await keys.ask('GenerateMac', by)).json['Mac'], base64(tag))
        return true
      })
    })
})

describe('ImportKeyMaterial', () => {
  test('RFC 8032 7.1: Sign under imported seeds makes their signatures', async () => {
    for (const [seed, message, signature] of rfc8032) {
      const KeyId = await keys.imported('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', edwardsPkcs8(seed))
      const { json, text: said } = await keys.ask('Sign', { KeyId, SigningAlgorithm: 'ED25519_SHA_512', Message: base64(message) })
      assert.equal(json['Signature'], base64(signature), said)
    }
  })

  test('a vector of each kind of key, under material that came by import', async () => {
    const [agreed] = groupsOf('ecdh_secp384r1')[0]?.tests ?? []
    const [sealed] = groupsOf('mlkem_768').flatMap(({ tests }) => tests)
    const [mac] = groupsOf('hmac_sha512').flatMap(({ tagSize, tests }) => (tagSize === 512 ? tests.filter(({ msg }) => msg !== '') : []))
    const signing = groupsOf('mldsa_65_sign_seed')[0]
    const [signed] = signing?.tests ?? []
    assert.ok(agreed && sealed && mac && signing && signed)
    const derives = await keys.imported('ECC_NIST_P384', 'KEY_AGREEMENT', scalarPkcs8('P-384', agreed.private))
    const peer = { KeyAgreementAlgorithm: 'ECDH', PublicKey: base64(agreed.public) }
    assert.equal((await keys.ask('DeriveSharedSecret', { KeyId: derives, ...peer })).json['SharedSecret'], base64(agreed.shared))
    const verifies = await keys.imported(
      'HMAC_512',
      'GENERATE_VERIFY_MAC',
      bytes(mac.key).length < 64 ? new Uint8Array(64) : bytes(mac.key),
    )
    const made = await keys.ask('GenerateMac', { KeyId: verifies, MacAlgorithm: 'HMAC_SHA_512', Message: base64(mac.msg) })
    assert.equal(made.json['Mac'], base64(mac.tag))
    const signs = await keys.imported('ML_DSA_65', 'SIGN_VERIFY', mlDsaSeedPkcs8('ML-DSA-65', signing.privateSeed))
    const asked = { Message: base64(signed.msg), Signature: base64(signed.sig) }
    assert.equal(await verify(signs, 'ML_DSA_SHAKE_256', asked), true)
    const opens = await keys.imported('ML_KEM_768', 'ENCAPSULATE_DECAPSULATE', mlKemSeedPkcs8(sealed.seed))
    const capsule = { EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob: base64(sealed.c) }
    assert.equal((await keys.ask('Decapsulate', { KeyId: opens, ...capsule })).json['SharedSecret'], base64(sealed.K))
  })
})

/** TEST 2 and TEST SHA(abc). That of 7.3 is of a message that the service takes in no type: of what it prehashes it takes digests alone. */
const rfc8032 = [
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const
