// Project Wycheproof's vectors, from material to answer, through the module on both backends (security-and-reliability.md 7.1).
import assert from 'node:assert/strict'
import { createPublicKey, hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadNative } from '#adapters/native/native.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import { integerOf } from '#crypto/integers.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { ecPkcs8, rsaPkcs8 } from '#crypto/private-key.ts'
import { compartmentId, recordId, sealed } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { UsableKey } from '#ports/crypto-module.ts'
import { softwareModule } from './software-module.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly msg: string
  readonly sig?: string
  readonly ct?: string
  readonly label?: string
}
interface VectorFile {
  readonly testGroups: readonly { readonly privateKeyPkcs8?: string; readonly publicKeyDer?: string; readonly tests: readonly Vector[] }[]
}

/** What differs from the file's verdict, and why it is right so. This list may only shrink. */
const deviations: Readonly<Record<string, Readonly<Record<number, string>>>> = {}

const vectors = join(import.meta.dirname, '../../../tests/vectors/wycheproof')
const groupsOf = (name: string) => (JSON.parse(readFileSync(join(vectors, `${name}_test.json`), 'utf8')) as VectorFile).testGroups

/** Vectors are no secrets: material is what it is. */
const openBarrier = {
  sealMaterial: (_place: unknown, material: Uint8Array) => ({ term: 1, bytes: sealed(Uint8Array.from(material)) }),
  openMaterial: (_place: unknown, material: { readonly bytes: Uint8Array }) => new SecretBytes(Uint8Array.from(material.bytes)),
}
const place = { id: recordId(compartmentId('0'.repeat(32)), '0'.repeat(64)), version: '0'.repeat(32) }
const random = { bytes: (length: number) => new Uint8Array(length), uuid: () => '' }

const native = loadNative()
const fallback = loadNative({ force: 'fallback' })

for (const backend of native.backend === 'native' ? [native, fallback] : [fallback]) {
  const use = async (spec: KeySpec, pkcs8: Uint8Array): Promise<UsableKey> => {
    const module = softwareModule({ barrier: openBarrier as unknown as Barrier, random, native: backend, threads: 2 })
    const material = module.restore(place, new SecretBytes(pkcs8))
    return module.use(place, spec, async () => material)
  }

  describe(`Wycheproof, ${backend.backend}`, () => {
    for (const [file, algorithm] of [
      ['rsa_oaep_2048_sha1_mgf1sha1', 'RSA-OAEP'],
      ['rsa_oaep_2048_sha256_mgf1sha256', 'RSA-OAEP-256'],
      ['rsa_pkcs1_2048', 'RSA1_5'],
    ] as const satisfies readonly (readonly [string, EncryptionAlgorithm])[]) {
      test(`${file}: decrypts as ${algorithm}`, async () => {
        const found = await deviating(file, async group => {
          const key = await use('RSA-2048', Uint8Array.fromHex(group.privateKeyPkcs8!))
          return vector => decrypts(key, algorithm, vector)
        })
        assert.deepEqual(found, deviations[file] ?? {})
      })
    }

    for (const [file, algorithm] of [
      ['rsa_signature_2048_sha256', 'RS256'],
      ['rsa_pss_2048_sha256_mgf1_32', 'PS256'],
    ] as const satisfies readonly (readonly [string, SignatureAlgorithm])[]) {
      test(`${file}: verifies as ${algorithm}`, async () => {
        const found = await deviating(file, async group => {
          const key = await use('RSA-2048', rsaAround(group.publicKeyDer!))
          return vector => verifies(key, algorithm, vector)
        })
        assert.deepEqual(found, deviations[file] ?? {})
      })
    }

    for (const [file, spec, algorithm] of [
      ['ecdsa_secp256r1_sha256_p1363', 'P-256', 'ES256'],
      ['ecdsa_secp256k1_sha256_p1363', 'P-256K', 'ES256K'],
      ['ecdsa_secp384r1_sha384_p1363', 'P-384', 'ES384'],
      ['ecdsa_secp521r1_sha512_p1363', 'P-521', 'ES512'],
    ] as const satisfies readonly (readonly [string, KeySpec, SignatureAlgorithm])[]) {
      test(`${file}: verifies as ${algorithm}`, async () => {
        const found = await deviating(file, async group => {
          const width = keySpecs[spec].coordinateBytes
          const point = Uint8Array.fromHex(group.publicKeyDer!).subarray(-1 - 2 * width)
          // A public key alone: the scalar beside it is one that no verification looks at.
          const key = await use(spec, ecPkcs8(spec, new Uint8Array(width).fill(1, width - 1), point))
          return vector => verifies(key, algorithm, vector)
        })
        assert.deepEqual(found, deviations[file] ?? {})
      })
    }
  })
}

type Run = (vector: Vector) => Promise<boolean>

/** The vectors of a file that do not come out as it says; `run` answers true where the module took the vector for valid. */
async function deviating(file: string, open: (group: VectorFile['testGroups'][number]) => Promise<Run>): Promise<Record<number, string>> {
  const found: Record<number, string> = {}
  for (const group of groupsOf(file)) {
    const run = await open(group)
    for (const vector of group.tests) {
      const valid = await run(vector)
      if (vector.result !== 'acceptable' && valid !== (vector.result === 'valid')) found[vector.tcId] = vector.comment
    }
  }
  return found
}

/** True where the outcome is the one that the file's verdict calls for. */
async function decrypts(key: UsableKey, algorithm: EncryptionAlgorithm, vector: Vector): Promise<boolean> {
  const expected = expectedOutcome(algorithm, vector)
  const outcome = await outcomeOf(key, algorithm, vector)
  return outcome === expected ? vector.result === 'valid' : vector.result !== 'valid'
}

/** Paddings are never told apart: a length is refused as one, OAEP refuses all else alike, RSA1_5 answers bytes of its own making. */
function expectedOutcome(algorithm: EncryptionAlgorithm, { ct, label, result, comment }: Vector): string {
  if (ct!.length !== 512) return 'ValueLengthInvalid'
  // Key Vault has no labels: what was encrypted under one must not open.
  if (result === 'valid' && (label ?? '') === '') return 'the message'
  // Not below the modulus, which anyone can see: no secret is told.
  if (comment === 'c = n') return 'DecryptionFailed'
  return algorithm === 'RSA1_5' ? 'other bytes' : 'DecryptionFailed'
}

async function outcomeOf(key: UsableKey, algorithm: EncryptionAlgorithm, { ct, msg }: Vector): Promise<string> {
  try {
    using plaintext = await key.decrypt(algorithm, Uint8Array.fromHex(ct!))
    return plaintext.bytes.toHex() === msg ? 'the message' : 'other bytes'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.body.code
  }
}

function verifies(key: UsableKey, algorithm: SignatureAlgorithm, { msg, sig }: Vector): Promise<boolean> {
  const digestName = { '256': 'sha256', '384': 'sha384', '512': 'sha512' }[algorithm.slice(2, 5)] ?? ''
  return key.verify(algorithm, hash(digestName, Uint8Array.fromHex(msg), 'buffer'), Uint8Array.fromHex(sig!))
}

/** A key of which the public half alone counts. */
function rsaAround(spki: string): Uint8Array {
  const { n, e } = createPublicKey({ key: Buffer.from(spki, 'hex'), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  const number = (member: string | undefined) => integerOf(Uint8Array.fromBase64(member!, { alphabet: 'base64url' }))
  return rsaPkcs8({ n: number(n), e: number(e), d: 3n, p: 3n, q: 5n, dp: 1n, dq: 1n, qi: 1n })
}
