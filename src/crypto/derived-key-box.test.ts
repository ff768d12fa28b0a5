import assert from 'node:assert/strict'
import { createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { boxOverheadBytes, counterKdfBlock, freshBytes, openBox, sealBox } from './derived-key-box.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

// CAVP KBKDF800-108 CounterMode.zip, KDFCTR_gen.rsp, [PRF=HMAC_SHA256] [CTRLOCATION=BEFORE_FIXED] [RLEN=32_BITS]; shorter outputs are the block's beginning.
const vectors = [
  {
    count: 0,
    key: 'dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0',
    input: '01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b864a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac',
    output: '10621342bfb0fd40046c0e29f2cfdbf0',
  },
  {
    count: 10,
    key: 'e204d6d466aad507ffaf6d6dab0a5b26152c9e21e764370464e360c8fbc765c6',
    input: '7b03b98d9f94b899e591f3ef264b71b193fba7043c7e953cde23bc5384bc1a6293580115fae3495fd845dadbd02bd6455cf48d0f62b33e62364a3a80',
    output: '770dfab6a6a4a4bee0257ff335213f78d8287b4fd537d5c1fffa956910e7c779',
  },
  {
    count: 20,
    key: 'dc60338d884eecb72975c603c27b360605011756c697c4fc388f5176ef81efb1',
    input: '44d7aa08feba26093c14979c122c2437c3117b63b78841cd10a4bc5ed55c56586ad8986d55307dca1d198edcffbc516a8fbe6152aa428cdd800c062d',
    output: '29ac07dccf1f28d506cd623e6e3fc2fa255bd60b',
  },
]

describe('counterKdfBlock', () => {
  for (const { count, key, input, output } of vectors) {
    test(`SP 800-108 counter mode, HMAC-SHA-256, 32-bit counter before the fixed input: CAVP COUNT=${count}`, () => {
      const block = counterKdfBlock(createSecretKey(hex(key)), hex(input))
      assert.equal(Buffer.from(block).toString('hex').slice(0, output.length), output)
    })
  }
})

describe('sealBox', () => {
  const under = { key: createSecretKey(new Uint8Array(32).fill(7)), label: 'keystead/record', context: Uint8Array.of(1, 2, 3) }

  test('the format is the one of security-and-reliability.md 2.3, opened here by hand', () => {
    const fresh = Uint8Array.from({ length: freshBytes }, (_, i) => i)
    const box = sealBox(under, Buffer.from('a body'), fresh)
    const fixed = Buffer.concat([
      Buffer.from([0, 0, 0, 1]),
      Buffer.from('keystead/record'),
      Buffer.from([0]),
      fresh.subarray(0, 32),
      under.context,
      Buffer.from([0, 0, 1, 0]),
    ])
    const key = createHmac('sha256', Buffer.alloc(32, 7)).update(fixed).digest()
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(33, 45), { authTagLength: 16 })
    decipher.setAAD(under.context).setAuthTag(box.subarray(-16))
    assert.equal(box[0], 1)
    assert.deepEqual(box.subarray(1, 45), fresh)
    assert.equal(Buffer.concat([decipher.update(box.subarray(45, -16)), decipher.final()]).toString(), 'a body')
  })

  test('openBox inverts sealBox for every content, the empty one included', () => {
    fc.assert(
      fc.property(bytes(32), bytes(freshBytes), fc.uint8Array({ maxLength: 2_000 }), (key, fresh, content) => {
        const mine = { ...under, key: createSecretKey(key) }
        const box = sealBox(mine, content, fresh)
        assert.equal(box.length, content.length + boxOverheadBytes)
        assert.deepEqual(Uint8Array.from(openBox(mine, box) ?? []), content)
      }),
    )
  })

  test('no flipped bit anywhere opens, and nothing shorter does', () => {
    const box = sealBox(under, Buffer.from('secret'), new Uint8Array(freshBytes))
    for (let bit = 0; bit < box.length * 8; bit++) {
      const changed = Uint8Array.from(box, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      assert.equal(openBox(under, changed), undefined, `bit ${bit}`)
    }
    for (let length = 0; length < box.length; length++) assert.equal(openBox(under, box.subarray(0, length)), undefined)
  })

  test('another key, label or context does not open', () => {
    const box = sealBox(under, Buffer.from('secret'), new Uint8Array(freshBytes))
    assert.equal(openBox({ ...under, label: 'keystead/material' }, box), undefined)
    assert.equal(openBox({ ...under, context: Uint8Array.of(1, 2, 4) }, box), undefined)
    assert.equal(openBox({ ...under, key: createSecretKey(new Uint8Array(32)) }, box), undefined)
    assert.notEqual(openBox(under, box), undefined, 'control')
  })
})
