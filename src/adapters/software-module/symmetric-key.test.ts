// Symmetric keys against published vectors (key-vault.md 14), and what is refused before a key is touched.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { MacAlgorithm, SymmetricCipher, SymmetricSpec } from '#crypto/symmetric.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { UsableSymmetricKey } from '#ports/crypto-module.ts'
import { symmetricKey } from './symmetric-key.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)

/** `ivs`: what the random source gives, so that an answer can be foretold. */
function keyOf(bytes: Bytes, ivs: readonly Bytes[] = []): UsableSymmetricKey {
  const left = [...ivs]
  const random = { bytes: (length: number) => left.shift() ?? new Uint8Array(length).fill(9), uuid: () => '' }
  return symmetricKey(`oct-${bytes.length * 8}` as SymmetricSpec, random, async work => work(Uint8Array.from(bytes)))
}

const outcome = async (work: Promise<{ readonly bytes: Bytes }>): Promise<string> => {
  try {
    return (await work).bytes.toHex()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.body.code
  }
}

interface Vector {
  readonly tcId: number
  readonly key: string
  readonly msg: string
  readonly iv: string
  readonly aad: string
  readonly ct: string
  readonly tag: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}
interface Group {
  readonly keySize: number
  readonly ivSize: number
  readonly tagSize: number
  readonly tests: readonly Vector[]
}
const groupsOf = (name: string): readonly Group[] => {
  const text = readFileSync(join(import.meta.dirname, '../../../tests/vectors/wycheproof', `${name}_test.json`), 'utf8')
  return (JSON.parse(text) as { readonly testGroups: readonly Group[] }).testGroups
}

describe('Wycheproof', () => {
  test('aes_gcm, with IVs of 12 bytes: every verdict, both ways', async () => {
    let seen = 0
    for (const { keySize, ivSize, tests } of groupsOf('aes_gcm'))
      for (const one of tests) {
        // We take no empty text: there would be nothing to keep secret.
        if (ivSize !== 96 || one.msg === '') continue
        seen += 1
        const algorithm = `A${keySize}GCM` as SymmetricCipher
        const key = keyOf(hex(one.key), [hex(one.iv)])
        const opened = await outcome(key.decrypt(algorithm, hex(one.ct), { iv: hex(one.iv), aad: hex(one.aad), tag: hex(one.tag) }))
        assert.equal(opened, one.result === 'valid' ? one.msg : 'DecryptionFailed', `${one.tcId}`)
        if (one.result !== 'valid') continue
        const made = await key.encrypt(algorithm, hex(one.msg), { aad: hex(one.aad) })
        assert.deepEqual([made.value.toHex(), made.tag?.toHex(), made.iv?.toHex()], [one.ct, one.tag, one.iv], `${one.tcId}`)
      }
    assert.ok(seen > 100, `${seen}`)
  })

  test('aes_cbc_pkcs5: every verdict, both ways', async () => {
    let seen = 0
    for (const { keySize, tests } of groupsOf('aes_cbc_pkcs5'))
      for (const one of tests) {
        if (one.ct === '' || (one.result === 'valid' && one.msg === '')) continue
        seen += 1
        const algorithm = `A${keySize}CBCPAD` as SymmetricCipher
        const key = keyOf(hex(one.key))
        const opened = await outcome(key.decrypt(algorithm, hex(one.ct), { iv: hex(one.iv) }))
        if (one.result === 'valid') assert.equal(opened, one.msg, `${one.tcId}`)
        else assert.match(opened, /^(?:DecryptionFailed|ValueLengthInvalid)$/, `${one.tcId}`)
        if (one.result === 'valid') assert.equal((await key.encrypt(algorithm, hex(one.msg), { iv: hex(one.iv) })).value.toHex(), one.ct)
      }
    assert.ok(seen > 50, `${seen}`)
  })

  test('hmac_sha256, with keys of 256 bits and whole tags: every verdict', async () => {
    let seen = 0
    for (const { keySize, tagSize, tests } of groupsOf('hmac_sha256'))
      for (const one of tests) {
        if (keySize !== 256 || tagSize !== 256 || one.msg === '') continue
        seen += 1
        const key = keyOf(hex(one.key))
        assert.equal(await key.verify('HS256', hex(one.msg), hex(one.tag)), one.result === 'valid', `${one.tcId}`)
        if (one.result === 'valid') assert.equal((await key.sign('HS256', hex(one.msg))).toHex(), one.tag)
      }
    assert.ok(seen > 20, `${seen}`)
  })
})

// SP 800-38A F.2.1, F.2.3, F.2.5: the first two blocks.
describe('SP 800-38A', () => {
  for (const [algorithm, key, ciphertext] of [
    ['A128CBC', '2b7e151628aed2a6abf7158809cf4f3c', '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2'],
    ['A192CBC', '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', '4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a'],
    [
      'A256CBC',
      '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
      'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d',
    ],
  ] as const)
    test(algorithm, async () => {
      const plaintext = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51')
      const iv = hex('000102030405060708090a0b0c0d0e0f')
      assert.equal((await keyOf(hex(key)).encrypt(algorithm, plaintext, { iv })).value.toHex(), ciphertext)
      using opened = await keyOf(hex(key)).decrypt(algorithm, hex(ciphertext), { iv })
      assert.deepEqual(Uint8Array.from(opened.bytes), plaintext)
    })
})

describe('a symmetric key', () => {
  const key = keyOf(new Uint8Array(32).fill(7))
  const refused = async (work: Promise<unknown>, code: string): Promise<void> =>
    assert.rejects(work, error => error instanceof Problem && error.body.code === code)

  test('wraps and unwraps by each name of key wrap', async () => {
    const secret = new Uint8Array(32).fill(5)
    for (const algorithm of ['A256KW', 'A256KWPAD', 'CKM_AES_KEY_WRAP', 'CKM_AES_KEY_WRAP_PAD'] as const) {
      const { value } = await key.encrypt(algorithm, secret)
      assert.equal(value.length, 40)
      using opened = await key.decrypt(algorithm, value)
      assert.deepEqual(Uint8Array.from(opened.bytes), secret, algorithm)
      await refused(key.decrypt(algorithm, value.with(3, value[3]! ^ 1)), 'DecryptionFailed')
    }
  })

  test('takes algorithms of its own size alone', async () => {
    for (const algorithm of ['A128GCM', 'A192CBC', 'A128CBCPAD', 'A192KW', 'A128KWPAD'] as const)
      await refused(key.encrypt(algorithm, new Uint8Array(16)), 'AlgorithmIncompatible')
    for (const algorithm of ['HS384', 'HS512'] as const satisfies readonly MacAlgorithm[])
      await refused(key.sign(algorithm, new Uint8Array(16)), 'AlgorithmIncompatible')
  })

  test('makes a new IV for each text of GCM, and takes none', async () => {
    const own = keyOf(new Uint8Array(32), [new Uint8Array(12).fill(1), new Uint8Array(12).fill(2)])
    const [one, two] = [await own.encrypt('A256GCM', new Uint8Array(5)), await own.encrypt('A256GCM', new Uint8Array(5))]
    assert.notDeepEqual([one.iv, one.value], [two.iv, two.value])
    await refused(own.encrypt('A256GCM', new Uint8Array(5), { iv: new Uint8Array(12) }), 'InvalidBody')
  })

  test('refuses an IV or a tag of another length, and a short tag above all', async () => {
    const { value, iv, tag } = await key.encrypt('A256GCM', new Uint8Array(5))
    for (const input of [{ iv }, { tag }, { iv: iv?.subarray(1), tag }, { iv, tag: tag?.subarray(0, 4) }])
      await refused(key.decrypt('A256GCM', value, input), 'InvalidBody')
    await refused(key.encrypt('A256CBC', new Uint8Array(16)), 'InvalidBody')
    await refused(key.encrypt('A256CBC', new Uint8Array(16), { iv: new Uint8Array(12) }), 'InvalidBody')
  })

  test('refuses lengths that the algorithm has not', async () => {
    const iv = new Uint8Array(16)
    await refused(key.encrypt('A256CBC', new Uint8Array(17), { iv }), 'ValueLengthInvalid')
    await refused(key.decrypt('A256CBCPAD', new Uint8Array(17), { iv }), 'ValueLengthInvalid')
    await refused(key.encrypt('A256KW', new Uint8Array(17)), 'ValueLengthInvalid')
    await refused(key.decrypt('A256KW', new Uint8Array()), 'ValueLengthInvalid')
    await refused(key.encrypt('A256GCM', new Uint8Array(32 * 1024 + 1)), 'ValueLengthInvalid')
    await refused(key.sign('HS256', new Uint8Array()), 'ValueLengthInvalid')
  })

  test('finds a code of another length wrong, not bad', async () => {
    const data = new Uint8Array(3)
    const code = await key.sign('HS256', data)
    assert.equal(await key.verify('HS256', data, code), true)
    for (const other of [new Uint8Array(), code.subarray(1), code.with(0, code[0]! ^ 1)])
      assert.equal(await key.verify('HS256', data, other), false)
  })
})
