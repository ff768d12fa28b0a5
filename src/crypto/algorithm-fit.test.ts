import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { digestLength, encryptionMisfit, isRsa, plaintextBytesMax, signatureMisfit } from './algorithm-fit.ts'
import { encryptionAlgorithms, signatureAlgorithms } from './algorithms.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from './algorithms.ts'
import { keySpecs } from './key-specs.ts'
import type { KeySpec } from './key-specs.ts'

const specs = Object.keys(keySpecs) as KeySpec[]
const encryptions = Object.keys(encryptionAlgorithms) as EncryptionAlgorithm[]
const signatures = Object.keys(signatureAlgorithms) as SignatureAlgorithm[]

describe('algorithm fit', () => {
  test('each elliptic curve has one algorithm, RSA all of its own', () => {
    const fitting = Object.fromEntries(
      specs.map(spec => [spec, signatures.filter(name => signatureMisfit(spec, name) === undefined).join(' ')]),
    )
    const rsa = 'RS256 RS384 RS512 PS256 PS384 PS512 RSNULL'
    assert.deepEqual(fitting, {
      'RSA-2048': rsa,
      'RSA-3072': rsa,
      'RSA-4096': rsa,
      'P-256': 'ES256',
      'P-256K': 'ES256K',
      'P-384': 'ES384',
      'P-521': 'ES512',
    })
  })

  test('a misfit names the type, or the curve where the type fits', () => {
    assert.deepEqual(signatureMisfit('P-256', 'RS256'), { of: 'type', key: 'EC', algorithm: 'RSA' })
    assert.deepEqual(signatureMisfit('RSA-2048', 'ES256'), { of: 'type', key: 'RSA', algorithm: 'EC' })
    assert.deepEqual(signatureMisfit('P-256', 'ES256K'), { of: 'curve', key: 'P-256', algorithm: 'P-256K' })
    assert.deepEqual(encryptionMisfit('P-384', 'RSA1_5'), { of: 'type', key: 'EC', algorithm: 'RSA' })
  })

  test('longest plaintexts are Key Vault’s (key-vault.md 2.6)', () => {
    const lengths = encryptions.map(name => specs.filter(isRsa).map(spec => plaintextBytesMax(spec, name)))
    assert.deepEqual(lengths, [
      [245, 373, 501],
      [214, 342, 470],
      [190, 318, 446],
    ])
  })

  test('digests have one length, raw signing has a limit', () => {
    assert.deepEqual(digestLength('P-521', 'ES512'), { exactly: 64 })
    assert.deepEqual(digestLength('RSA-3072', 'PS384'), { exactly: 48 })
    assert.deepEqual(digestLength('RSA-3072', 'RSNULL'), { atMost: 373 })
  })
})
