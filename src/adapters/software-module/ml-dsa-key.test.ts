// ML-DSA against Wycheproof (key-vault.md 14), and its three sets of parameters end to end.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { mlDsaVerified } from '#adapters/native/fallback-messages.ts'
import { loadNative } from '#adapters/native/native.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { contextBytesMax, mlDsaPkcs8, mlDsaPublicBytes, mlDsaPublicKey, mlDsaSpecs, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { mlDsaKey } from './ml-dsa-key.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)

interface Group {
  readonly publicKey: string
  readonly publicKeyDer?: string
  readonly privateSeed: string
  readonly tests: readonly {
    readonly tcId: number
    readonly comment: string
    readonly msg?: string
    readonly ctx?: string
    readonly sig: string
    readonly result: 'valid' | 'invalid'
  }[]
}
const groupsOf = (name: string): readonly Group[] => {
  const text = readFileSync(join(import.meta.dirname, '../../../tests/vectors/wycheproof', `${name}_test.json`), 'utf8')
  return (JSON.parse(text) as { readonly testGroups: readonly Group[] }).testGroups
}

const { messages } = loadNative().mathematics
const keyOf = (spec: MlDsaSpec, seed: Bytes) =>
  mlDsaKey(spec, { messages, random: systemRandom() }, async work => work(mlDsaPkcs8(spec, seed)))

test('Wycheproof mldsa_44_verify: every verdict', async () => {
  let seen = 0
  for (const { publicKey, publicKeyDer, tests } of groupsOf('mldsa_44_verify'))
    for (const one of tests) {
      // Public keys of another length are none of ours: a vault makes them of a seed.
      if (publicKey.length !== 2 * mlDsaSpecs['ML-DSA-44'].publicBytes || publicKeyDer === undefined) continue
      seen += 1
      const [message, signature, context] = [hex(one.msg ?? ''), hex(one.sig), hex(one.ctx ?? '')]
      const good =
        context.length <= contextBytesMax &&
        signature.length === mlDsaSpecs['ML-DSA-44'].signatureBytes &&
        (await mlDsaVerified(hex(publicKeyDer), { message, signature, context }))
      assert.equal(good, one.result === 'valid', `${one.tcId} ${one.comment}`)
    }
  assert.ok(seen > 100, `${seen}`)
})

test('Wycheproof mldsa_65_sign_seed: a seed makes its public key, and the signatures verify under it', async () => {
  let seen = 0
  for (const { privateSeed, publicKey, tests } of groupsOf('mldsa_65_sign_seed'))
    for (const one of tests) {
      // Some are of a hash made elsewhere, without a message.
      if (one.result !== 'valid' || (one.msg ?? '') === '') continue
      seen += 1
      const seed = hex(privateSeed)
      assert.equal(mlDsaPublicBytes(mlDsaPublicKey(mlDsaPkcs8('ML-DSA-65', seed))).toHex(), publicKey)
      assert.equal(await keyOf('ML-DSA-65', seed).verify(hex(one.msg ?? ''), hex(one.sig), hex(one.ctx ?? '')), true, `${one.tcId}`)
    }
  assert.ok(seen > 30, `${seen}`)
})

describe('an ML-DSA key', () => {
  for (const [spec, { publicBytes, signatureBytes }] of Object.entries(mlDsaSpecs) as [MlDsaSpec, (typeof mlDsaSpecs)[MlDsaSpec]][])
    test(`${spec}: signs what OpenSSL verifies, for its context and no other`, async () => {
      const seed = new Uint8Array(32).fill(3)
      const key = keyOf(spec, seed)
      const [message, context] = [new Uint8Array(100).fill(1), hex('0102')]
      const signature = await key.sign(message, context)
      assert.equal(signature.length, signatureBytes)
      const spki = mlDsaPublicKey(mlDsaPkcs8(spec, seed))
      assert.equal(mlDsaPublicBytes(spki).length, publicBytes)
      const openssl = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
      assert.equal(openssl.asymmetricKeyType, spec.toLowerCase())
      assert.equal(verify(null, message, { key: openssl, context }, signature), true)
      assert.equal(await key.verify(message, signature, context), true)
      for (const [said, signed, inContext] of [
        [message, signature, undefined],
        [message, signature, hex('0103')],
        [message.with(0, 9), signature, context],
        [message, signature.with(5, signature[5]! ^ 1), context],
        [message, signature.subarray(1), context],
        [message, new Uint8Array(), context],
      ] as const)
        assert.equal(await key.verify(said, signed, inContext), false)
    })

  test('refuses a message of no length or too long, and a context beyond 255 bytes', async () => {
    const key = keyOf('ML-DSA-44', new Uint8Array(32))
    const refused = (code: string) => (error: unknown) => error instanceof Problem && error.body.code === code
    await assert.rejects(key.sign(new Uint8Array()), refused('ValueLengthInvalid'))
    await assert.rejects(key.sign(new Uint8Array(32 * 1024 + 1)), refused('ValueLengthInvalid'))
    await assert.rejects(key.sign(new Uint8Array(1), new Uint8Array(256)), refused('InvalidBody'))
    assert.equal((await key.sign(new Uint8Array(1), new Uint8Array(255))).length, 2_420)
  })
})
