import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Place } from '#ports/record-store.ts'
import { testGround } from '#domain/testing.ts'
import { algorithmsOf } from './algorithms.ts'
import { generateMaterial, importMaterial, useMaterial, type OpenedAccountKey, type SpecAndUsage } from './material.ts'
import { accountKeySpecs } from './specs.ts'

const kinds: readonly SpecAndUsage[] = namesOf(accountKeySpecs).flatMap(spec =>
  accountKeySpecs[spec].usages.map(usage => ({ spec, usage })),
)
const titleOf = ({ spec, usage }: SpecAndUsage): string => `${spec} for ${usage}`

const { context } = await testGround()
const module = context.module('software')
const record = context.accountKeys.idOf(context.instance.installation, ['a key'])
const newPlace = (): Place => ({ id: record, version: randomBytes(16).toString('hex') })

describe('material of account keys', () => {
  for (const kind of kinds.filter(({ spec }) => !['RSA_3072', 'RSA_4096'].includes(spec)))
    test(`${titleOf(kind)}: is made, and does what it is for`, async () => {
      const place = newPlace()
      const made = await generateMaterial(module, kind, place)
      context.store.material = async asked => (asked.version === place.version ? made.material : undefined)
      const opened = await useMaterial(context, kind, { place, module: 'software' })
      await works(opened)
      const secretKind = opened.kind === 'envelope' || opened.kind === 'mac'
      assert.equal(made.publicKey === undefined, secretKind)
    })

  for (const kind of kinds.filter(({ spec }) => !['RSA_3072', 'RSA_4096'].includes(spec)))
    test(`${titleOf(kind)}: is taken in as it was made, and nothing of another spec is`, async () => {
      const place = newPlace()
      const made = await generateMaterial(module, kind, place)
      using secret = module.export(place, made.material)
      const again = await importMaterial(module, kind, { secret, place: newPlace() })
      assert.deepEqual(again.publicKey, made.publicKey)
      const foreign = kind.spec === 'ECC_NIST_P256' ? 'P-384' : 'P-256'
      for (const wrong of [
        Buffer.from('no key'),
        generateKeyPairSync('ec', { namedCurve: foreign }).privateKey.export({ format: 'der', type: 'pkcs8' }),
      ])
        await assert.rejects(
          importMaterial(module, kind, { secret: new SecretBytes(Uint8Array.from(wrong)), place: newPlace() }),
          (error: unknown) => error instanceof Problem && error.body.code === 'KeyMaterialIncorrect',
        )
    })

  test('every spec has algorithms for each of its usages', () => {
    for (const { spec, usage } of kinds) assert.ok(algorithmsOf(spec, usage).length > 0, `${spec} ${usage}`)
    assert.deepEqual(algorithmsOf('RSA_2048', 'ENCRYPT_DECRYPT'), ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'])
    assert.deepEqual(algorithmsOf('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY'), ['ED25519_SHA_512', 'ED25519_PH_SHA_512'])
    assert.deepEqual(algorithmsOf('ECC_NIST_P521', 'KEY_AGREEMENT'), ['ECDH'])
    assert.deepEqual(algorithmsOf('HMAC_384', 'GENERATE_VERIFY_MAC'), ['HMAC_SHA_384'])
  })
})

async function works(opened: OpenedAccountKey): Promise<void> {
  const said = new Uint8Array(32).fill(9)
  switch (opened.kind) {
    case 'envelope':
      assert.deepEqual(Buffer.from((await opened.key.open(await opened.key.seal(said, said), said))?.bytes ?? []), Buffer.from(said))
      return
    case 'mac':
      assert.equal(await opened.key.verify(said, await opened.key.mac(said)), true)
      return
    case 'pair':
      assert.equal(opened.spec.startsWith('RSA') || opened.spec.startsWith('P-'), true)
      return
    case 'agreement': {
      const partner = generateKeyPairSync('ec', { namedCurve: opened.spec })
      assert.ok((await opened.key.agree(Uint8Array.from(partner.publicKey.export({ format: 'der', type: 'spki' })))).length >= 32)
      return
    }
    case 'edwards':
      assert.equal(await opened.key.verify('pure', said, await opened.key.sign('pure', said)), true)
      return
    case 'mlDsa':
      assert.equal(await opened.key.verify(said, await opened.key.sign(said)), true)
      return
    case 'kem': {
      const { secret, ciphertext } = await opened.key.encapsulate()
      assert.deepEqual((await opened.key.decapsulate(ciphertext)).bytes, secret.bytes)
    }
  }
}
