import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { boxNonceBytes, boxTagBytes, type Derivation } from '#ports/byte-mathematics.ts'

const saltBytesMax = 64

/** Refused alike with and without the native module. */
export function checkedDerivation(derivation: Derivation): Derivation {
  assert(
    derivation.key.length > 0 && derivation.salt.length <= saltBytesMax,
    'a key is derived of a key, and of a salt of one block at most',
  )
  return derivation
}

interface Box {
  readonly nonce: Bytes
  readonly plain: Bytes
  readonly box: Bytes
}

export function checkedBox({ nonce, plain, box }: Box): void {
  assert(nonce.length === boxNonceBytes, 'a nonce has 12 bytes')
  assert(box.length === plain.length + boxTagBytes, 'a box is a tag longer than what is in it')
}
