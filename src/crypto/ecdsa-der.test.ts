import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Sha2 } from './digests.ts'
import { sha2 } from './digests.ts'
import { ecdsaFromDer, ecdsaToDer } from './ecdsa-der.ts'

interface Group {
  readonly publicKeyDer: string
  readonly tests: readonly {
    readonly tcId: number
    readonly comment: string
    readonly msg: string
    readonly sig: string
    readonly result: string
  }[]
}
const groupsOf = (name: string): readonly Group[] => {
  const file = join(import.meta.dirname, '../../tests/vectors/wycheproof', `${name}_test.json`)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly testGroups: readonly Group[] }).testGroups
}

describe('ECDSA signatures as DER', () => {
  for (const [name, width, hash] of [
    ['ecdsa_secp256r1_sha256', 32, 'sha256'],
    ['ecdsa_secp256k1_sha256', 32, 'sha256'],
    ['ecdsa_secp384r1_sha384', 48, 'sha384'],
    ['ecdsa_secp521r1_sha512', 66, 'sha512'],
  ] as const satisfies readonly (readonly [string, number, Sha2])[])
    test(`Wycheproof ${name}: what is read of a signature verifies if and only if the signature is valid`, () => {
      for (const { publicKeyDer, tests } of groupsOf(name)) {
        const key = createPublicKey({ key: Buffer.from(publicKeyDer, 'hex'), format: 'der', type: 'spki' })
        for (const one of tests) {
          const signature = ecdsaFromDer(Uint8Array.fromHex(one.sig), width)
          const good = signature !== undefined && verify(hash, Buffer.from(one.msg, 'hex'), { key, dsaEncoding: 'ieee-p1363' }, signature)
          assert.equal(good, one.result === 'valid', `${one.tcId} ${one.comment}`)
        }
      }
    })

  test('what is written is read again, and has no second spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), signature => {
        const der = ecdsaToDer(signature)
        assert.deepEqual(Buffer.from(ecdsaFromDer(der, 32) ?? []), Buffer.from(signature))
        assert.equal(ecdsaFromDer(Uint8Array.of(...der, 0), 32), undefined)
      }),
    )
  })

  test('a digest is its hash, FIPS 180-4: abc', () => {
    assert.equal(sha2('sha256', Buffer.from('abc')).toHex(), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
