import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { aesUnwrap, aesWrap, canUnwrap, canWrap, type KeyWrapScheme } from './aes-key-wrap.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(' ', ''))
const data = '00112233445566778899aabbccddeeff0001020304050607 08090a0b0c0d0e0f'.replace(' ', '')
const kek = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'

describe('AES key wrap', () => {
  // RFC 3394 4.1 to 4.6: KEK and data in bits.
  for (const [kekBits, dataBits, wrapped] of [
    [128, 128, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'],
    [192, 128, '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d'],
    [256, 128, '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7'],
    [192, 192, '031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2'],
    [256, 192, 'a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1'],
    [256, 256, '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21'],
  ] as const)
    test(`RFC 3394: ${dataBits} bits under ${kekBits}`, () => {
      const [key, plain] = [hex(kek.slice(0, kekBits / 4)), hex(data.slice(0, dataBits / 4))]
      assert.equal(aesWrap('plain', key, plain).toHex(), wrapped)
      assert.deepEqual(aesUnwrap('plain', key, hex(wrapped)), plain)
    })

  // RFC 5649 6.
  for (const [plain, wrapped] of [
    ['c37b7e6492584340bed12207808941155068f738', '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a'],
    ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
  ] as const)
    test(`RFC 5649: ${plain.length / 2} bytes`, () => {
      const key = hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8')
      assert.equal(aesWrap('padded', key, hex(plain)).toHex(), wrapped)
      assert.deepEqual(aesUnwrap('padded', key, hex(wrapped)), hex(plain))
    })

  for (const [file, scheme] of [
    ['aes_wrap', 'plain'],
    ['aes_kwp', 'padded'],
  ] as const)
    test(`Wycheproof ${file}: every verdict`, () => {
      for (const one of vectorsOf(file)) {
        const [key, wrapped] = [hex(one.key), hex(one.ct)]
        const opened = canUnwrap(scheme, wrapped.length) ? aesUnwrap(scheme, key, wrapped) : undefined
        // Acceptable: what one standard has and another has not, as a wrapped key of 8 bytes. Taken right or not at all.
        if (one.result === 'invalid') assert.notEqual(opened?.toHex(), one.msg, `${one.tcId} ${one.comment}`)
        else if (one.result === 'valid' || opened !== undefined) assert.equal(opened?.toHex(), one.msg, `${one.tcId} ${one.comment}`)
        if (one.result === 'valid') assert.equal(aesWrap(scheme, key, hex(one.msg)).toHex(), one.ct, `${one.tcId}`)
      }
    })

  test('lengths that are none are known before', () => {
    const lengths = (scheme: KeyWrapScheme, can: (scheme: KeyWrapScheme, bytes: number) => boolean): readonly number[] =>
      Array.from({ length: 34 }, (_, bytes) => bytes).filter(bytes => can(scheme, bytes))
    assert.deepEqual(lengths('plain', canWrap), [16, 24, 32])
    assert.deepEqual(lengths('plain', canUnwrap), [24, 32])
    assert.equal(lengths('padded', canWrap).length, 33)
    assert.deepEqual(lengths('padded', canUnwrap), [16, 24, 32])
  })
})

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly key: string
  readonly msg: string
  readonly ct: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

function vectorsOf(name: string): readonly Vector[] {
  const text = readFileSync(join(import.meta.dirname, '../../tests/vectors/wycheproof', `${name}_test.json`), 'utf8')
  const { testGroups } = JSON.parse(text) as { readonly testGroups: readonly { readonly tests: readonly Vector[] }[] }
  return testGroups.flatMap(group => group.tests)
}
