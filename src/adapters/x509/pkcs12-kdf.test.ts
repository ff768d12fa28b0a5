import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bmpPassword, derive, purposes } from './pkcs12-kdf.ts'

/** S. N. Henson's vectors for PKCS #12 with SHA-1, as BouncyCastle, GnuTLS and Heimdal test themselves by. */
const vectors = [
  {
    password: 'smeg',
    salt: '0a58cf64530d823f',
    iterations: 1,
    purpose: 'key',
    derived: '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3',
  },
  { password: 'smeg', salt: '0a58cf64530d823f', iterations: 1, purpose: 'iv', derived: '79993dfe048d3b76' },
  {
    password: 'queeg',
    salt: '05dec959acff72f7',
    iterations: 1000,
    purpose: 'key',
    derived: 'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4',
  },
  { password: 'queeg', salt: '05dec959acff72f7', iterations: 1000, purpose: 'iv', derived: '11dedad7758d4860' },
] as const

describe('the key derivation of PKCS #12', () => {
  for (const { password, salt, iterations, purpose, derived } of vectors) {
    test(`gives the ${purpose} of ${password}`, async () => {
      const from = { hash: 'sha1', password: bmpPassword(password), salt: Uint8Array.fromHex(salt), iterations } as const
      assert.equal((await derive(from, purposes[purpose], derived.length / 2)).toHex(), derived)
    })
  }
})
