// Project Wycheproof's vectors through the whole wire (key-vault.md 14): private keys come in as a JWK; ciphertexts, digests and signatures
// as requests. What comes out otherwise than the file says is a deviation, listed with its reason in tests/vectors/wycheproof-deviations.json:
// the list may only shrink, for a deviation that is gone fails the test like one that is new.
import assert from 'node:assert/strict'
import { createPublicKey, hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import { integerOf } from '#crypto/integers.ts'
import { keySpecs, type KeySpec } from '#crypto/key-specs.ts'
import { ecPkcs8, rsaPkcs8 } from '#crypto/private-key.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { addVersion } from '#domain/keys/add-version.ts'
import { at, refusal, version74, withVault, type Heard, type VaultWire } from './testing.ts'

const vectorShape = z.object({
  tcId: z.number(),
  result: z.enum(['valid', 'invalid', 'acceptable']),
  msg: z.string(),
  ct: z.string().default(''),
  sig: z.string().default(''),
})
const fileShape = z.object({
  testGroups: z.array(
    z.object({
      privateKeyJwk: z.record(z.string(), z.string()).optional(),
      publicKeyDer: z.string().default(''),
      tests: z.array(vectorShape),
    }),
  ),
})
type Vector = z.output<typeof vectorShape>
type Group = z.output<typeof fileShape>['testGroups'][number]

const folder = join(import.meta.dirname, '../../../tests/vectors')
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))
const deviations = z.record(z.string(), z.record(z.string(), z.string())).parse(read('wycheproof-deviations.json'))
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

/** Runs all vectors of a file; `judge` answers whether the wire took one for valid. */
async function assertDeviations(
  file: string,
  open: (wire: VaultWire, key: string, group: Group) => Promise<(vector: Vector) => Promise<boolean>>,
): Promise<void> {
  const wire = await withVault()
  const found: string[] = []
  for (const [place, group] of fileShape.parse(read(`wycheproof/${file}_test.json`)).testGroups.entries()) {
    const judge = await open(wire, `k${place}`, group)
    for (const vector of group.tests) {
      const valid = await judge(vector)
      if (vector.result !== 'acceptable' && valid !== (vector.result === 'valid')) found.push(vector.tcId.toString())
    }
  }
  assert.deepEqual(found, Object.keys(deviations[file] ?? {}))
}

describe('Wycheproof through the wire', () => {
  for (const [file, algorithm] of [
    ['rsa_oaep_2048_sha1_mgf1sha1', 'RSA-OAEP'],
    ['rsa_oaep_2048_sha256_mgf1sha256', 'RSA-OAEP-256'],
    ['rsa_pkcs1_2048', 'RSA1_5'],
  ] as const satisfies readonly (readonly [string, EncryptionAlgorithm])[])
    test(`${file}: ${algorithm} decrypts and unwraps what is valid, and what is not never to its message`, async () => {
      await assertDeviations(file, async (wire, name, { privateKeyJwk }) => {
        const { alg: _alg, ...key } = privateKeyJwk ?? {}
        const imported = await wire.send('PUT', `/keys/${name}?${version74}`, { body: { key } })
        assert.equal(imported.status, 200, imported.text)
        return async vector => decrypts(wire, { name, algorithm }, vector)
      })
    })

  for (const [file, spec, algorithm] of [
    ['rsa_signature_2048_sha256', 'RSA-2048', 'RS256'],
    ['rsa_pss_2048_sha256_mgf1_32', 'RSA-2048', 'PS256'],
    ['ecdsa_secp256r1_sha256_p1363', 'P-256', 'ES256'],
    ['ecdsa_secp256k1_sha256_p1363', 'P-256K', 'ES256K'],
    ['ecdsa_secp384r1_sha384_p1363', 'P-384', 'ES384'],
    ['ecdsa_secp521r1_sha512_p1363', 'P-521', 'ES512'],
  ] as const satisfies readonly (readonly [string, KeySpec, SignatureAlgorithm])[])
    test(`${file}: ${algorithm} verifies`, async () => {
      await assertDeviations(file, async (wire, name, { publicKeyDer }) => {
        await putPublicKey(wire, { name, spec, spki: Uint8Array.fromHex(publicKeyDer) })
        return async vector => verifies(wire, { name, algorithm }, vector)
      })
    })
})

interface Use<A> {
  readonly name: string
  readonly algorithm: A
}

async function decrypts({ send }: VaultWire, { name, algorithm }: Use<EncryptionAlgorithm>, vector: Vector): Promise<boolean> {
  const operation = vector.tcId % 2 === 0 ? 'decrypt' : 'unwrapkey'
  const body = { alg: algorithm, value: base64url(vector.ct) }
  const heard = await send('POST', `/keys/${name}/${operation}?${version74}`, { body })
  if (heard.status !== 200) assertBadParameter(heard)
  return heard.status === 200 && at(heard.json, 'value') === base64url(vector.msg)
}

async function verifies({ send }: VaultWire, { name, algorithm }: Use<SignatureAlgorithm>, vector: Vector): Promise<boolean> {
  const digest = hash(`sha${algorithm.slice(2, 5)}`, Uint8Array.fromHex(vector.msg), 'buffer').toString('base64url')
  const heard = await send('POST', `/keys/${name}/verify?${version74}`, {
    body: { alg: algorithm, digest, value: base64url(vector.sig) },
  })
  assert.equal(heard.status, 200, heard.text)
  return at(heard.json, 'value') === true
}

const assertBadParameter = (heard: Heard): void => assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined], heard.text)

/** These files have public keys alone, which no wire takes in: the verb's next step makes the version, around a private half that nothing uses. */
async function putPublicKey(
  wire: VaultWire,
  key: { readonly name: string; readonly spec: KeySpec; readonly spki: Uint8Array },
): Promise<void> {
  const { name, spec, spki } = key
  const vault = wire.context.vaults.peek().find(held => held.value.name === 'v')?.value
  assert(vault !== undefined)
  await wire.as(async call =>
    addVersion(wire.context, call, {
      named: { vault, name },
      kind: { spec, hsm: false },
      origin: 'imported',
      operation: 'import',
      keyOps: ['verify'],
      attributes: undefined,
      tags: undefined,
      make: async place => {
        using pkcs8 = new SecretBytes(aroundPublic(spec, spki))
        const material = wire.context.module('software').restore(place, pkcs8)
        return await Promise.resolve({ material, publicKey: Uint8Array.from(spki) })
      },
    }),
  )
}

function aroundPublic(spec: KeySpec, spki: Uint8Array): Uint8Array {
  if (spec === 'P-256' || spec === 'P-256K' || spec === 'P-384' || spec === 'P-521') {
    const width = keySpecs[spec].coordinateBytes
    return ecPkcs8(spec, new Uint8Array(width).fill(1, width - 1), spki.subarray(-1 - 2 * width))
  }
  const { n = '', e = '' } = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  const number = (text: string): bigint => integerOf(Uint8Array.fromBase64(text, { alphabet: 'base64url' }))
  return rsaPkcs8({ n: number(n), e: number(e), d: 3n, p: 3n, q: 5n, dp: 1n, dq: 1n, qi: 1n })
}
