// What strangers send to be opened costs what it says of itself: nobody lets it say too much.
import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { describe, test } from 'node:test'
import { systemRandom } from '#adapters/system/random.ts'
import { encode, encodeInteger, tags } from '#crypto/der.ts'
import type { Bytes } from '#model/brands.ts'
import type { BundleFlaw, OpenedBundle } from '#ports/pki.ts'
import { Problem } from '#model/problem.ts'
import { inTurn } from './in-turn.ts'
import { bmpPassword, derive, purposes } from './pkcs12-kdf.ts'
import { readPkcs12 } from './pkcs12-read.ts'
import { pkiBy } from './pki.ts'
import { roundsOfContainer } from './rounds.ts'

const pki = pkiBy(systemRandom())
const password = 'x'
const salt = Uint8Array.fromHex('0011223344556677')

const oid = (hex: string): Uint8Array => encode(tags.objectIdentifier, Uint8Array.fromHex(hex))
const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encode(tags.sequence, ...parts)
const octets = (bytes: Uint8Array): Uint8Array => encode(tags.octetString, bytes)
const data = (bytes: Uint8Array): Uint8Array => sequence(oid('2a864886f70d010701'), encode(tags.context0, octets(bytes)))

/** A bag that opens: three-key triple DES by the derivation of PKCS #12 itself (RFC 7292 B and C). */
async function bag(iterations: number): Promise<Uint8Array> {
  const from = { hash: 'sha1', password: bmpPassword(password), salt, iterations } as const
  const [key, iv] = [await derive(from, purposes.key, 24), await derive(from, purposes.iv, 8)]
  const cipher = createCipheriv('des-ede3-cbc', key, iv)
  const sealed = Buffer.concat([cipher.update('a key'), cipher.final()])
  const algorithm = sequence(oid('2a864886f70d010c0103'), sequence(octets(salt), encodeInteger(BigInt(iterations))))
  return sequence(oid('2a864886f70d010c0a0102'), encode(tags.context0, sequence(algorithm, octets(sealed))))
}

const container = (safe: Uint8Array, ...integrity: readonly Uint8Array[]): Bytes =>
  Uint8Array.from(sequence(encodeInteger(3n), data(safe), ...integrity))

const flawIn = (bundle: OpenedBundle | BundleFlaw): string => ('flaw' in bundle ? bundle.flaw : 'none')

describe('a PKCS #12 container', () => {
  test('has one allowance of rounds, however many bags ask for a share', async () => {
    const one = await bag(1_000)
    const opened = async (count: number) =>
      readPkcs12(container(sequence(data(sequence(...Array.from({ length: count }, () => one))))), password, roundsOfContainer(10_000))
    // Two blocks for a key, one for its vector.
    assert.equal(flawIn(await opened(3)), 'none')
    assert.match(flawIn(await opened(4)), /more than 10000 rounds/)
  })

  test('has an integrity code of its hash and no longer: each block of a longer one would be derived', async () => {
    const mac = sequence(sequence(sequence(oid('2b0e03021a')), octets(new Uint8Array(60_000))), octets(salt), encodeInteger(100n))
    const before = performance.now()
    assert.match(flawIn(await pki.readPkcs12(container(sequence(), mac), password)), /integrity code/)
    assert(performance.now() - before < 200, 'nothing was derived')
  })

  test('waits for its turn, and is sent away where too many wait', async () => {
    const turn = inTurn()
    const open = Promise.withResolvers<number>()
    const all = Array.from({ length: 9 }, async () => turn(async () => open.promise))
    await assert.rejects(
      turn(async () => 1),
      error => error instanceof Problem && error.body.code === 'Busy',
    )
    open.resolve(7)
    assert.deepEqual(
      await Promise.all(all),
      Array.from({ length: 9 }, () => 7),
    )
    await assert.rejects(
      turn(async () => Promise.reject(new Error('flawed'))),
      /flawed/,
    )
    assert.equal(await turn(async () => 2), 2)
  })
})

describe('PEM', () => {
  test('without ends costs its length, not the square of it', () => {
    const before = performance.now()
    assert.match(flawIn(pki.readPem('-----BEGIN A-----'.repeat(16_000))), /no PEM block/)
    assert.match(flawIn(pki.readPem(Array.from({ length: 12_000 }, (_, at) => `-----BEGIN ${at}-----`).join(''))), /no PEM block/)
    assert(performance.now() - before < 1_000, 'a quarter of a megabyte')
  })
})
