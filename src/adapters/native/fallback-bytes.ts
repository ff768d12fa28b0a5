// Stands in where the native module is missing: node:crypto, an object and a copy a box, and tables in JavaScript.
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { crcs } from '#crypto/crc.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { boxTagBytes, type Bound, type Boxes, type ByteMathematics, type Derivation } from '#ports/byte-mathematics.ts'
import { checkedBox, checkedDerivation } from './boxes.ts'

const gcm = 'aes-256-gcm'
const tagged = { authTagLength: boxTagBytes }

export const fallbackBytes: ByteMathematics = {
  openBoxes: fallbackBoxes,
  startCrc: name => crcs[name].start(),
}

function derivedKey(derivation: Derivation): KeyObject {
  const { key, salt, info } = checkedDerivation(derivation)
  using derived = new SecretBytes(new Uint8Array(hkdfSync('sha256', key, salt, info, keyBytes)))
  return createSecretKey(derived.bytes)
}
const keyBytes = 32

function fallbackBoxes(derivation: Derivation): Boxes {
  let key: KeyObject | undefined = derivedKey(derivation)
  const opened = (): KeyObject => {
    assert(key !== undefined, 'the boxes are closed')
    return key
  }
  return {
    seal({ nonce, aad }: Bound, from, into) {
      checkedBox({ nonce, plain: from, box: into })
      const cipher = createCipheriv(gcm, opened(), nonce, tagged)
      cipher.setAAD(aad)
      into.set(cipher.update(from))
      cipher.final()
      into.set(cipher.getAuthTag(), from.length)
    },
    open({ nonce, aad }: Bound, from, into) {
      checkedBox({ nonce, plain: into, box: from })
      const decipher = createDecipheriv(gcm, opened(), nonce, tagged)
      decipher.setAAD(aad)
      decipher.setAuthTag(from.subarray(into.length))
      const plain = decipher.update(from.subarray(0, into.length))
      try {
        decipher.final()
      } catch {
        plain.fill(0)
        into.fill(0)
        return false
      }
      into.set(plain)
      return true
    },
    [Symbol.dispose]() {
      key = undefined
    },
  }
}
