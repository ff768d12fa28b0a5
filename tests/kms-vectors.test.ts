// Project Wycheproof's vectors through the key service's wire: signed request, policy, operation, module (issue of the key service, acceptance 4).
import assert from 'node:assert/strict'
import { createECDH, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { ecPkcs8, rsaPkcs8 } from '#crypto/private-key.ts'
import type { EcSpecName } from '#crypto/curves.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import { integerOf } from '#crypto/integers.ts'
import { curveOfPeer } from '#crypto/public-key.ts'
import { materialPlace } from '#domain/account-keys/make-material.ts'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import { system } from '#model/principal.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { kmsWire } from './wire/kms-requests.ts'
import { accountId, bodyFor, region, signedHouse, type SignedHouse } from './wire/signed.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly msg?: string
  readonly sig?: string
  readonly ct?: string
  readonly label?: string
  readonly key?: string
  readonly tag?: string
  readonly public?: string
  readonly private?: string
  readonly shared?: string
}
interface Group {
  readonly publicKeyDer?: string
  readonly privateKeyPkcs8?: string
  readonly tagSize?: number
  readonly tests: readonly Vector[]
}
const groupsOf = (name: string): readonly Group[] =>
  (
    JSON.parse(readFileSync(join(import.meta.dirname, 'vectors/wycheproof', `${name}_test.json`), 'utf8')) as {
      readonly testGroups: readonly Group[]
    }
  ).testGroups

const base64 = (hex = ''): string => Buffer.from(hex, 'hex').toString('base64')
const hex = (text = ''): Uint8Array => Uint8Array.fromHex(text)

let house: SignedHouse
before(async () => {
  house = await signedHouse()
})
const ask = async (operation: string, members: Readonly<Record<string, unknown>>): Promise<Answered> =>
  house.send(kmsWire, 'administrator', { operation, body: bodyFor(kmsWire, operation, members) })

const made = new Map<string, string>()
/** A key of the spec whose material is this: a vector's public half alone has no private one that the import would let pass. */
async function keyWith(KeySpec: string, KeyUsage: string, material: Uint8Array): Promise<string> {
  const kind = `${KeySpec} ${KeyUsage}`
  const id = made.get(kind) ?? textIn(objectIn((await ask('CreateKey', { KeySpec, KeyUsage })).json['KeyMetadata'])['KeyId'])
  made.set(kind, id)
  const { context } = house.ground
  await house.ground.run(system, async call => {
    const compartment = await regionCompartment(context, call, { accountId, region })
    const held = compartment === undefined ? undefined : await context.accountKeys.get(call, compartment, [id])
    assert.ok(held)
    const materialId = context.ground.random.bytes(32).toHex()
    const place = materialPlace(held.id, materialId)
    const own = context.module('software')
    call.materials.push({ place, material: own.restore(place, new SecretBytes(Uint8Array.from(material))) })
    const [first] = held.value.materials
    assert.ok(first)
    context.accountKeys.update(call, held, { ...held.value, materials: [{ ...first, id: materialId }] })
  })
  return id
}

/** The scalar beside the point is one that no verification looks at. */
function pointAlone(spec: EcSpecName, der = ''): Uint8Array {
  const width = keySpecs[spec].coordinateBytes
  return ecPkcs8(spec, new Uint8Array(width).fill(1, width - 1), hex(der).subarray(-1 - 2 * width))
}

function modulusAlone(der = ''): Uint8Array {
  const { n, e } = createPublicKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  const number = (member = '') => integerOf(Uint8Array.fromBase64(member, { alphabet: 'base64url' }))
  return rsaPkcs8({ n: number(n), e: number(e), d: 3n, p: 3n, q: 5n, dp: 1n, dq: 1n, qi: 1n })
}

const pointOf = (opensslName: string, scalar: Uint8Array): Uint8Array => {
  const half = createECDH(opensslName)
  half.setPrivateKey(scalar)
  return Uint8Array.from(half.getPublicKey())
}

/** Messages have a byte at least, and 4,096 at most. */
const fitsMessage = ({ msg = '' }: Vector): boolean => msg.length >= 2 && msg.length <= 2 * 4_096

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
      let seen = 0
      for (const { publicKeyDer, tests } of groupsOf(file)) {
        const KeyId = await keyWith(KeySpec, 'SIGN_VERIFY', materialOf(publicKeyDer))
        for (const one of tests) {
          if (!fitsMessage(one) || (one.sig ?? '') === '' || one.result === 'acceptable') continue
          seen += 1
          const answered = await ask('Verify', { KeyId, SigningAlgorithm, Message: base64(one.msg), Signature: base64(one.sig) })
          const told = answered.status === 200 ? answered.json['SignatureValid'] : answered.json['__type']
          assert.equal(told, one.result === 'valid' ? true : 'KMSInvalidSignatureException', `${one.tcId} ${one.comment}`)
          if (one.result !== 'valid') assert.equal(answered.json['message'], undefined)
        }
      }
      assert.ok(seen > 60, `${seen}`)
    })
})

describe('Decrypt', () => {
  for (const [file, EncryptionAlgorithm] of [
    ['rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'],
    ['rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'],
  ] as const)
    test(`${file}: the message where it is valid, one error for the rest`, async () => {
      for (const { privateKeyPkcs8, tests } of groupsOf(file)) {
        const KeyId = await keyWith('RSA_2048', 'ENCRYPT_DECRYPT', hex(privateKeyPkcs8))
        for (const one of tests) {
          if ((one.ct ?? '') === '') continue
          const answered = await ask('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob: base64(one.ct) })
          // There are no labels here: what was encrypted under one must not open.
          const opens = one.result === 'valid' && (one.label ?? '') === ''
          const told = answered.status === 200 ? answered.json['Plaintext'] : answered.json['__type']
          assert.equal(told, opens ? base64(one.msg) : 'InvalidCiphertextException', `${one.tcId} ${one.comment}`)
        }
      }
    })
})

describe('DeriveSharedSecret', () => {
  for (const [file, KeySpec, spec, every] of [
    ['ecdh_secp256r1', 'ECC_NIST_P256', 'P-256', 1],
    ['ecdh_secp384r1', 'ECC_NIST_P384', 'P-384', 5],
    ['ecdh_secp521r1', 'ECC_NIST_P521', 'P-521', 9],
  ] as const)
    test(`${file}: the shared secret, and no peer of another encoding or off the curve`, async () => {
      let agreed = 0
      for (const one of groupsOf(file).flatMap(({ tests }) => tests)) {
        if (one.tcId % every !== 0) continue
        const { coordinateBytes, opensslName } = keySpecs[spec]
        const scalar = hex((one.private ?? '').replace(/^(00)+/, '').padStart(2 * coordinateBytes, '0'))
        const KeyId = await keyWith(KeySpec, 'KEY_AGREEMENT', ecPkcs8(spec, scalar, pointOf(opensslName, scalar)))
        const answered = await ask('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: base64(one.public) })
        if (curveOfPeer(hex(one.public)) === spec) {
          assert.equal(answered.json['SharedSecret'], base64(one.shared), `${one.tcId} ${answered.text}`)
          agreed += 1
        } else {
          assert.notEqual(one.result, 'valid', `${one.tcId}`)
          assert.equal(answered.json['__type'], 'ValidationException', `${one.tcId}`)
        }
      }
      assert.ok(agreed > 30, `${agreed}`)
    })
})

describe('VerifyMac', () => {
  for (const bits of [224, 256, 384, 512])
    test(`hmac_sha${bits}: true where the whole code is the message's, and an error for the rest`, async () => {
      let seen = 0
      for (const { tagSize, tests } of groupsOf(`hmac_sha${bits}`))
        for (const one of tests) {
          const keyBytes = (one.key ?? '').length / 2
          if (tagSize !== bits || !fitsMessage(one) || keyBytes < bits / 8 || keyBytes > 64) continue
          seen += 1
          const KeyId = await keyWith(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC', hex(one.key))
          const answered = await ask('VerifyMac', {
            KeyId,
            MacAlgorithm: `HMAC_SHA_${bits}`,
            Message: base64(one.msg),
            Mac: base64(one.tag),
          })
          const told = answered.status === 200 ? answered.json['MacValid'] : answered.json['__type']
          assert.equal(told, one.result === 'valid' ? true : 'KMSInvalidMacException', `${one.tcId} ${one.comment}`)
        }
      assert.ok(seen > 15, `${seen}`)
    })
})
