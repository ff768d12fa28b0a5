import assert from 'node:assert/strict'
import { constants, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hash, verify, type KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { namesOf } from '#model/names.ts'
import type { Bytes } from '#model/brands.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { deriveSharedSecret } from './agreement.ts'
import { macAlgorithms, signingAlgorithms, type AccountSigningAlgorithm, type MessageType } from './algorithms.ts'
import { generateMac, verifyMac } from './authentication-codes.ts'
import { decapsulate, encapsulate } from './encapsulation.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { readPublicKey } from './read-public-key.ts'
import { signAs, verifyAs } from './signing.ts'
import type { AccountKeySpec, AccountKeyUsage } from './specs.ts'
import { accountGround, region } from './testing.ts'

const ground = await accountGround()
const { context, as } = ground
const named = ({ value }: HeldAccountKey) => ({ id: value.id, region })
const message = new TextEncoder().encode('a message of some length')

const keys = new Map<string, Promise<HeldAccountKey>>()
async function keyOf(spec: AccountKeySpec, usage: AccountKeyUsage = 'SIGN_VERIFY'): Promise<HeldAccountKey> {
  const made = keys.get(spec + usage) ?? ground.addKey({ spec, usage })
  keys.set(spec + usage, made)
  return made
}
async function publicOf(key: HeldAccountKey): Promise<KeyObject> {
  const { publicKey } = await as(async call => readPublicKey(context, call, named(key)))
  return createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
}

interface Saying {
  readonly key: HeldAccountKey
  readonly algorithm: AccountSigningAlgorithm
  readonly said?: Bytes
  readonly messageType?: MessageType
}
const said = ({ key, algorithm, said: given = message, messageType = 'RAW' }: Saying) => ({
  key: named(key),
  algorithm,
  message: given,
  messageType,
})
const sign = async (saying: Saying) => (await as(async call => signAs(context, call, said(saying)))).signature
const verifies = async (saying: Saying & { readonly signature: Bytes }) =>
  as(async call => verifyAs(context, call, { ...said(saying), signature: saying.signature }))

function agreesOutside(key: KeyObject, algorithm: AccountSigningAlgorithm, signature: Bytes): boolean {
  const row = signingAlgorithms[algorithm]
  if (!('hash' in row) || 'scheme' in row) return verify(null, message, key, signature)
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return verify(row.hash, message, algorithm.startsWith('RSASSA_PSS') ? { key, ...pss } : key, signature)
}

describe('signatures', () => {
  for (const algorithm of namesOf(signingAlgorithms))
    for (const spec of signingAlgorithms[algorithm].specs.filter(one => one !== 'RSA_3072' && one !== 'RSA_4096')) {
      if (algorithm === 'ED25519_PH_SHA_512') continue
      test(`${algorithm} by ${spec}: OpenSSL verifies it, and verification raises for another message or signature`, async () => {
        const key = await keyOf(spec)
        const signature = await sign({ key, algorithm })
        assert.equal(agreesOutside(await publicOf(key), algorithm, signature), true)
        await verifies({ key, algorithm, signature })
        const wrong = { key, algorithm, signature }
        await assert.rejects(verifies({ ...wrong, said: message.subarray(1) }), refusedWith('SignatureInvalid'))
        await assert.rejects(verifies({ ...wrong, signature: signature.with(8, signature[8]! ^ 1) }), refusedWith('SignatureInvalid'))
        await assert.rejects(verifies({ ...wrong, signature: signature.subarray(1) }), refusedWith('SignatureInvalid'))
      })
    }

  for (const [algorithm, spec, digestName] of [
    ['RSASSA_PSS_SHA_384', 'RSA_2048', 'sha384'],
    ['RSASSA_PKCS1_V1_5_SHA_256', 'RSA_2048', 'sha256'],
    ['ECDSA_SHA_256', 'ECC_NIST_P256', 'sha256'],
    ['ECDSA_SHA_256', 'ECC_SECG_P256K1', 'sha256'],
    ['ECDSA_SHA_384', 'ECC_NIST_P384', 'sha384'],
    ['ECDSA_SHA_512', 'ECC_NIST_P521', 'sha512'],
  ] as const)
    test(`${algorithm} by ${spec}: of a digest it is the message's, and the digest has its length`, async () => {
      const key = await keyOf(spec)
      const digest = Uint8Array.from(hash(digestName, message, 'buffer'))
      const signature = await sign({ key, algorithm, said: digest, messageType: 'DIGEST' })
      assert.equal(agreesOutside(await publicOf(key), algorithm, signature), true)
      await verifies({ key, algorithm, signature })
      await verifies({ key, algorithm, signature: await sign({ key, algorithm }), said: digest, messageType: 'DIGEST' })
      await assert.rejects(
        sign({ key, algorithm, said: Uint8Array.of(...digest, 0), messageType: 'DIGEST' }),
        refusedWith('ValidationFailed', { message: `Digest is invalid length for algorithm ${algorithm}.` }),
      )
    })

  test('Ed25519 takes messages whole, its pre-hashed form digests, which it hashes again', async () => {
    const key = await keyOf('ECC_NIST_EDWARDS25519')
    const digest = Uint8Array.from(hash('sha512', message, 'buffer'))
    const prehashed = { key, algorithm: 'ED25519_PH_SHA_512', said: digest, messageType: 'DIGEST' } as const
    const signature = await sign(prehashed)
    await verifies({ ...prehashed, signature })
    const publicKey = await publicOf(key)
    assert.equal(verify(null, digest, publicKey, signature), false)
    await assert.rejects(
      verifies({ ...prehashed, signature, algorithm: 'ED25519_SHA_512', messageType: 'RAW' }),
      refusedWith('SignatureInvalid'),
    )
    await assert.rejects(sign({ ...prehashed, algorithm: 'ED25519_SHA_512' }), refusedWith('ValidationFailed'))
    await assert.rejects(sign({ ...prehashed, messageType: 'RAW' }), refusedWith('ValidationFailed'))
  })

  test('an algorithm of another spec, and a key of another usage, are refused', async () => {
    await assert.rejects(sign({ key: await keyOf('RSA_2048'), algorithm: 'ECDSA_SHA_256' }), refusedWith('KeyUsageInvalid'))
    await assert.rejects(
      sign({ key: await keyOf('RSA_2048', 'ENCRYPT_DECRYPT'), algorithm: 'RSASSA_PSS_SHA_256' }),
      refusedWith('KeyUsageInvalid'),
    )
    await assert.rejects(
      sign({ key: await keyOf('ECC_NIST_P256', 'KEY_AGREEMENT'), algorithm: 'ECDSA_SHA_256' }),
      refusedWith('KeyUsageInvalid'),
    )
    await assert.rejects(
      sign({ key: await keyOf('ML_DSA_44'), algorithm: 'ML_DSA_SHAKE_256', said: message, messageType: 'EXTERNAL_MU' }),
      refusedWith('ValidationFailed'),
    )
  })
})

describe('codes of authentication', () => {
  for (const bits of ['224', '256', '384', '512'] as const)
    test(`HMAC_${bits}: a whole code verifies, of its message alone, by its own algorithm`, async () => {
      const key = await keyOf(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC')
      const asked = { key: named(key), algorithm: `HMAC_SHA_${bits}`, message } as const
      const { mac } = await as(async call => generateMac(context, call, asked))
      assert.equal(mac.length * 8, Number(bits))
      await as(async call => verifyMac(context, call, { ...asked, mac }))
      for (const wrong of [{ mac: mac.subarray(0, -1) }, { mac: mac.with(0, mac[0]! ^ 1) }, { message: message.subarray(1) }])
        await assert.rejects(
          as(async call => verifyMac(context, call, { ...asked, mac, ...wrong })),
          refusedWith('MacInvalid'),
        )
      const other = namesOf(macAlgorithms).find(name => name !== asked.algorithm)!
      await assert.rejects(
        as(async call => generateMac(context, call, { ...asked, algorithm: other })),
        refusedWith('KeyUsageInvalid'),
      )
    })

  test('RFC 2104 by another hand agrees', async () => {
    const key = await keyOf('HMAC_256', 'GENERATE_VERIFY_MAC')
    const { mac } = await as(async call => generateMac(context, call, { key: named(key), algorithm: 'HMAC_SHA_256', message }))
    const material = key.value.materials[0]!
    const place = { id: key.id, version: material.id.slice(0, 32) }
    using secret = context.module('software').export(place, (await context.store.material(place))!)
    assert.equal(createHmac('sha256', secret.bytes).update(message).digest('hex'), mac.toHex())
  })
})

describe('agreement', () => {
  for (const [spec, namedCurve, bytes] of [
    ['ECC_NIST_P256', 'P-256', 32],
    ['ECC_NIST_P384', 'P-384', 48],
    ['ECC_NIST_P521', 'P-521', 66],
  ] as const)
    test(`${spec}: the raw x coordinate that the partner finds too`, async () => {
      const key = await keyOf(spec, 'KEY_AGREEMENT')
      const partner = generateKeyPairSync('ec', { namedCurve })
      const der = Uint8Array.from(partner.publicKey.export({ format: 'der', type: 'spki' }))
      const derive = async (peer: Bytes) =>
        as(async call => {
          const { secret } = await deriveSharedSecret(context, call, { key: named(key), algorithm: 'ECDH', peer })
          return secret.bytes.toHex()
        })
      const secret = await derive(der)
      assert.equal(secret.length, 2 * bytes)
      assert.equal(secret, diffieHellman({ privateKey: partner.privateKey, publicKey: await publicOf(key) }).toString('hex'))
      const foreign = generateKeyPairSync('ec', { namedCurve: namedCurve === 'P-256' ? 'P-384' : 'P-256' }).publicKey
      for (const wrong of [
        Uint8Array.from(foreign.export({ format: 'der', type: 'spki' })),
        der.subarray(0, -1),
        der.map((byte, at) => (at >= der.length - bytes ? 1 : byte)),
        message,
      ])
        await assert.rejects(derive(wrong), refusedWith('ValidationFailed'))
    })
})

describe('encapsulation', () => {
  test('the secret comes back for its ciphertext, another for another one, none for another length', async () => {
    const key = await keyOf('ML_KEM_768', 'ENCAPSULATE_DECAPSULATE')
    const asked = { key: named(key), algorithm: 'ML_KEM' } as const
    const { secret, ciphertext } = await as(async call => {
      const made = await encapsulate(context, call, asked)
      return { ...made, secret: made.secret.bytes.toHex() }
    })
    const open = async (given: Bytes) =>
      as(async call => (await decapsulate(context, call, { ...asked, ciphertext: given })).secret.bytes.toHex())
    assert.equal(secret.length, 64)
    assert.equal(await open(ciphertext), secret)
    const rejected = await open(ciphertext.with(0, ciphertext[0]! ^ 1))
    assert.equal(rejected.length, 64)
    assert.notEqual(rejected, secret)
    await assert.rejects(open(ciphertext.subarray(1)), refusedWith('CiphertextInvalid'))
  })
})

test('what is no pair has no public half to read', async () => {
  for (const key of [await ground.addKey(), await keyOf('HMAC_224', 'GENERATE_VERIFY_MAC')])
    await assert.rejects(
      as(async call => readPublicKey(context, call, named(key))),
      refusedWith('KeyOperationUnsupported'),
    )
})
