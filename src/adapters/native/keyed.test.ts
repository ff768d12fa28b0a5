// The native module and what stands in for it make the same bytes, and open each other's.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { boxOverheadBytes, freshBytes } from '#crypto/derived-key-box.ts'
import { doesKeyed, loadBinding } from './binding.ts'
import { fallbackKeyed } from './fallback-keyed.ts'
import { nativeKeyed } from './native-keyed.ts'

const loaded = loadBinding()
const binding = 'binding' in loaded && doesKeyed(loaded.binding) ? loaded.binding : undefined

test(
  'where the native module is built, it does this',
  { skip: 'reason' in loaded && process.env['CI'] !== 'true' && loaded.reason },
  () => {
    assert(binding !== undefined)
  },
)

for (const [name, keyed] of Object.entries({ fallback: fallbackKeyed, ...(binding !== undefined && { native: nativeKeyed(binding) }) })) {
  describe(`keyed mathematics, ${name}`, () => {
    // RFC 4231 4.2, 4.3, 4.7: a short key, a text, and a key longer than the hash's block.
    test('its HMAC has the published values', () => {
      const cases = [
        ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
        ['4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
        [
          'aa'.repeat(131),
          'Test Using Larger Than Block-Size Key - Hash Key First',
          '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
        ],
      ] as const
      for (const [hex, message, mac] of cases) {
        const key = createSecretKey(hex, 'hex')
        for (let time = 0; time < 3; time += 1) assert.equal(keyed.hmacHex(key, message), mac)
      }
    })

    test('a box is the one of the definition, whatever is in it, and opens here and there', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.uint8Array({ minLength: 1, maxLength: 100 }), (plaintext, context) => {
          const under = { key: createSecretKey(randomBytes(32)), label: 'keystead/test', context }
          const fresh = randomBytes(freshBytes)
          const box = keyed.sealBox(under, plaintext, fresh)
          assert.deepEqual(box, fallbackKeyed.sealBox(under, plaintext, fresh))
          for (const by of [keyed, fallbackKeyed])
            assert.deepEqual(Uint8Array.from(by.openBox(under, box) ?? []), Uint8Array.from(plaintext))
        }),
        { numRuns: 50 },
      )
    })

    test('a box does not open when a bit of it is another, or under another key, label or context, or cut, and is of no key that went before', () => {
      const under = { key: createSecretKey(randomBytes(32)), label: 'keystead/test', context: randomBytes(62) }
      const box = keyed.sealBox(under, randomBytes(40), randomBytes(freshBytes))
      for (let bit = 0; bit < box.length * 8; bit += 1) {
        const changed = Uint8Array.from(box)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(keyed.openBox(under, changed), undefined, `bit ${bit}`)
      }
      const others = [{ key: createSecretKey(randomBytes(32)) }, { label: 'keystead/tesu' }, { context: randomBytes(62) }]
      for (const other of others) assert.equal(keyed.openBox({ ...under, ...other }, box), undefined)
      for (const length of [0, boxOverheadBytes - 1, box.length - 1]) assert.equal(keyed.openBox(under, box.subarray(0, length)), undefined)
      assert.equal(keyed.openBox(under, box)?.length, 40, 'control')
      assert.throws(() => keyed.sealBox(under, box, randomBytes(43)))
    })
  })
}
