// The native module behind the port of keyed mathematics: a box in one call, its key derived and gone inside it.
import type { KeyObject } from 'node:crypto'
import { boxHead, boxOverheadBytes, isBox, type BoxKey } from '#crypto/derived-key-box.ts'
import { hmacHex } from '#crypto/digests.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { KeyedBinding } from './binding.ts'

const macBytes = 32
/** Longer keys are digested first (RFC 2104 2); none of ours is. */
const keyBytesMax = 64

export function nativeKeyed(binding: KeyedBinding): KeyedMathematics {
  const labels = new Map<string, Uint8Array>()
  /** There are a handful of them. */
  const bytesOf = (label: string): Uint8Array => labels.getOrInsertComputed(label, () => new TextEncoder().encode(label))
  // A key that nobody holds any more takes what was made of it along.
  const opened = new WeakMap<KeyObject, object>()
  const macOf = (key: KeyObject): object =>
    opened.getOrInsertComputed(key, () => {
      using bytes = new SecretBytes(key.export())
      return binding.openMac(bytes.bytes)
    })
  const seen = new WeakSet<KeyObject>()
  /** Opening costs more than one message by node:crypto: what signs once is not opened. */
  const worthOpening = (key: KeyObject): boolean => {
    if (opened.has(key)) return true
    if (seen.has(key)) return (key.symmetricKeySize ?? keyBytesMax + 1) <= keyBytesMax
    seen.add(key)
    return false
  }
  return {
    sealBox({ key, label, context }: BoxKey, plaintext, fresh) {
      const box = boxHead(fresh, plaintext.length)
      binding.sealDerived(macOf(key), bytesOf(label), context, plaintext, box)
      return box
    },
    openBox({ key, label, context }: BoxKey, box) {
      if (!isBox(box)) return undefined
      const plaintext = new Uint8Array(box.length - boxOverheadBytes)
      return binding.openDerived(macOf(key), bytesOf(label), context, box, plaintext) ? plaintext : undefined
    },
    hmacHex(key, message) {
      if (!worthOpening(key)) return hmacHex(key, message)
      const mac = Buffer.allocUnsafe(macBytes)
      binding.mac(macOf(key), Buffer.from(message), mac)
      return mac.toString('hex')
    },
  }
}
