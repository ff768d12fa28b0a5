import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadNative } from './native.ts'
import { openRc2 } from './rc2.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const built = loadNative()

describe('RC2', { skip: built.backend === 'native' ? false : (built.reason ?? true) }, () => {
  const opened = (key: Uint8Array, iv: Uint8Array, ciphertext: string): Uint8Array | undefined =>
    openRc2()?.decrypt(key, iv, hex(ciphertext))

  // RFC 2268 5, its vector of 16 bytes that all count: with each padding that its block could have been.
  test('opens the block of the RFC, whatever its padding', () => {
    const key = hex('88bca90e90875a7f0f79c384627bafb2')
    for (let padding = 1; padding <= 8; padding += 1) {
      // The block's plaintext is zero: CBC's vector is then the text itself.
      const wanted = new Uint8Array(8).fill(0xa5).fill(padding, 8 - padding)
      const read = opened(key, wanted, '2269552ab0f85ca6')
      assert.deepEqual(read, wanted.slice(0, 8 - padding))
    }
  })

  test('refuses what has no whole block, no padding, or a key or a vector of another length', () => {
    const [key, iv, block] = [hex('88bca90e90875a7f0f79c384627bafb2'), new Uint8Array(8), '2269552ab0f85ca6']
    for (const ciphertext of ['', '2269552ab0f85c', block, `${block}00`]) assert.equal(opened(key, iv, ciphertext), undefined, ciphertext)
    const padded = new Uint8Array(8).fill(8)
    assert.equal(opened(key, padded, block)?.length, 0, 'control')
    assert.equal(opened(key, padded.subarray(1), block), undefined)
    assert.equal(opened(key.subarray(1), padded, block), undefined)
  })
})

test('without the native module there is no RC2', () => {
  assert.equal(openRc2('/nowhere/keystead.node'), undefined)
})
