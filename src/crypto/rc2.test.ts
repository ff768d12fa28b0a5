import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rc2CbcDecrypted } from './rc2.ts'

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')

describe('RC2', () => {
  // RFC 2268 5. A vector is one block: a block behind it, which decrypts to a padding over it, makes the file whole.
  for (const [key, effectiveBits, plain, cipher] of [
    ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
    ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
    ['88', 64, '0000000000000000', '61a8a244adacccf0'],
    ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
    ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
    ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
    ['88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', 129, '0000000000000000', '5b78d3a43dfff1f1'],
  ] as const)
    test(`${effectiveBits} of the bits of ${key}: the block of the RFC, and every padding behind it`, () => {
      for (let padding = 1; padding <= 8; padding += 1) {
        // The vector of CBC that turns the block's plaintext into itself with its end replaced by a padding.
        const wanted = Uint8Array.from(hex(plain)).fill(padding, 8 - padding)
        const iv = hex(plain).map((byte, index) => byte ^ (wanted[index] ?? 0))
        const read = rc2CbcDecrypted({ key: hex(key), iv, effectiveBits }, hex(cipher))
        assert.deepEqual(Buffer.from(read ?? assert.fail('refused')), Buffer.from(wanted.subarray(0, 8 - padding)))
      }
    })

  test('what has no whole block or no padding is refused', () => {
    const given = { key: hex('ffffffffffffffff'), iv: new Uint8Array(8), effectiveBits: 64 }
    for (const ciphertext of ['', '278b27e42e2f0d', '278b27e42e2f0d49', '278b27e42e2f0d4900'])
      assert.equal(rc2CbcDecrypted(given, hex(ciphertext)), undefined, ciphertext)
    assert.equal(rc2CbcDecrypted({ ...given, iv: new Uint8Array(7) }, hex('278b27e42e2f0d49')), undefined)
  })
})
