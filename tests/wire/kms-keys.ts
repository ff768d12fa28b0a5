// Keys of the key service whose material is known: brought as a client brings it, or put where the import would leave it.
import assert from 'node:assert/strict'
import { constants, createECDH, createPublicKey, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto'
import { aesWrap } from '#crypto/aes-key-wrap.ts'
import type { EcSpecName } from '#crypto/curves.ts'
import { integerOf } from '#crypto/integers.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import { mlDsaPkcs8, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { ecPkcs8, rsaPkcs8 } from '#crypto/private-key.ts'
import { materialPlace } from '#domain/account-keys/make-material.ts'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import { system } from '#model/principal.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { kmsWire } from './kms-requests.ts'
import { accountId, bodyFor, region, type SignedHouse } from './signed.ts'

export interface KmsKeys {
  ask(operation: string, members: Readonly<Record<string, unknown>>): Promise<Answered>
  /** A key of that kind, the same again, with this material in place of what it had: many vectors cost one key. */
  holding(KeySpec: string, KeyUsage: string, material: Uint8Array): Promise<string>
  /** A new key whose material came by GetParametersForImport and ImportKeyMaterial. */
  imported(KeySpec: string, KeyUsage: string, material: Uint8Array): Promise<string>
}

export function kmsKeys(house: SignedHouse): KmsKeys {
  const ask: KmsKeys['ask'] = async (operation, members) =>
    house.send(kmsWire, 'administrator', { operation, body: bodyFor(kmsWire, operation, members) })
  const created = async (members: Readonly<Record<string, unknown>>): Promise<string> =>
    textIn(objectIn((await ask('CreateKey', members)).json['KeyMetadata'])['KeyId'])
  const made = new Map<string, string>()
  return {
    ask,
    async holding(KeySpec, KeyUsage, material) {
      const kind = `${KeySpec} ${KeyUsage}`
      const id = made.get(kind) ?? (await created({ KeySpec, KeyUsage }))
      made.set(kind, id)
      await putMaterial(house, id, material)
      return id
    },
    async imported(KeySpec, KeyUsage, material) {
      const KeyId = await created({ KeySpec, KeyUsage, Origin: 'EXTERNAL' })
      const alone = KeySpec.startsWith('HMAC_')
      const WrappingAlgorithm = alone ? 'RSAES_OAEP_SHA_256' : 'RSA_AES_KEY_WRAP_SHA_256'
      const { json } = await ask('GetParametersForImport', { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' })
      const key = createPublicKey({ key: Buffer.from(textIn(json['PublicKey']), 'base64'), format: 'der', type: 'spki' })
      const EncryptedKeyMaterial = (alone ? underRsa(key, material) : underBoth(key, material)).toString('base64')
      const given = { KeyId, ImportToken: json['ImportToken'], EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
      const answered = await ask('ImportKeyMaterial', given)
      assert.equal(answered.status, 200, `${KeySpec}: ${answered.text}`)
      return KeyId
    },
  }
}

const underRsa = (key: KeyObject, material: Uint8Array): Buffer =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material)

/** Under a key that is used once, which goes under the service's. */
function underBoth(key: KeyObject, material: Uint8Array): Buffer {
  const once = randomBytes(32)
  return Buffer.concat([underRsa(key, once), aesWrap('padded', once, material)])
}

async function putMaterial({ ground }: SignedHouse, id: string, material: Uint8Array): Promise<void> {
  const { context } = ground
  await ground.run(system, async call => {
    const compartment = await regionCompartment(context, call, { accountId, region })
    const held = compartment === undefined ? undefined : await context.accountKeys.get(call, compartment, [id])
    assert.ok(held)
    const materialId = context.ground.random.bytes(32).toHex()
    const place = materialPlace(held.id, materialId)
    call.materials.push({ place, material: context.module('software').restore(place, new SecretBytes(Uint8Array.from(material))) })
    const [first] = held.value.materials
    assert.ok(first)
    context.accountKeys.update(call, held, { ...held.value, materials: [{ ...first, id: materialId }] })
  })
}

const hex = (text = ''): Uint8Array => Uint8Array.fromHex(text)

/** A public half alone, which no wire takes in: the scalar beside the point is one that no verification looks at. */
export function pointAlone(spec: EcSpecName, der = ''): Uint8Array {
  const width = keySpecs[spec].coordinateBytes
  return ecPkcs8(spec, new Uint8Array(width).fill(1, width - 1), hex(der).subarray(-1 - 2 * width))
}

/** The same of RSA. */
export function modulusAlone(der = ''): Uint8Array {
  const { n, e } = createPublicKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  const number = (member = '') => integerOf(Uint8Array.fromBase64(member, { alphabet: 'base64url' }))
  return rsaPkcs8({ n: number(n), e: number(e), d: 3n, p: 3n, q: 5n, dp: 1n, dq: 1n, qi: 1n })
}

/** PKCS #8 of a private scalar as vectors write it, with or without leading zeros. */
export function scalarPkcs8(spec: EcSpecName, scalar = ''): Uint8Array {
  const { coordinateBytes, opensslName } = keySpecs[spec]
  const bytes = hex(scalar.replace(/^(00)+/, '').padStart(2 * coordinateBytes, '0'))
  const half = createECDH(opensslName)
  half.setPrivateKey(bytes)
  return ecPkcs8(spec, bytes, Uint8Array.from(half.getPublicKey()))
}

/** RFC 8410 7, of a seed. */
export const edwardsPkcs8 = (seed = ''): Uint8Array => hex(`302e020100300506032b657004220420${seed}`)
export const mlDsaSeedPkcs8 = (spec: MlDsaSpec, seed = ''): Uint8Array => mlDsaPkcs8(spec, hex(seed))
/** Of an ML-KEM-768 seed (FIPS 203, d and z). */
export const mlKemSeedPkcs8 = (seed = ''): Uint8Array => hex(`3054020100300b060960864801650304040204428040${seed}`)
