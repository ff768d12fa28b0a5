import type { CrcName, RunningCrc } from '#crypto/crc.ts'
import type { Bytes } from '#model/brands.ts'

export const boxKeyBytes = 32
export const boxNonceBytes = 12
export const boxTagBytes = 16

/** What a box is bound to besides its key. No two boxes of one key have the same nonce, of 12 bytes. */
export interface Bound {
  readonly nonce: Bytes
  readonly aad: Bytes
}

/** AES-256-GCM (NIST SP 800-38D) under one key, at once, into memory that is there already: `from` and `into` may begin at the same byte. */
export interface Boxes extends Disposable {
  /** `into` is 16 bytes longer: ciphertext, then the tag. */
  seal(bound: Bound, from: Bytes, into: Bytes): void
  /** `into` is 16 bytes shorter. False where it is not what was sealed so; then `into` is zeros. */
  open(bound: Bound, from: Bytes, into: Bytes): boolean
}

/** What is done to every byte of an object. */
export interface ByteMathematics {
  /** `key`: 32 bytes. Copies what it needs: the caller zeroes its array. */
  readonly openBoxes: (key: Bytes) => Boxes
  readonly startCrc: (name: CrcName) => RunningCrc
}
