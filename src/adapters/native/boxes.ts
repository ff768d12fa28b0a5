import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { boxKeyBytes, boxNonceBytes, boxTagBytes } from '#ports/byte-mathematics.ts'

/** Refused alike with and without the native module. */
export function checkedBoxKey(key: Bytes): Bytes {
  assert(key.length === boxKeyBytes, 'an AES-256 key has 32 bytes')
  return key
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
