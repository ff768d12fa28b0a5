import type { CrcName, RunningCrc } from '#crypto/crc.ts'
import type { Bytes } from '#model/brands.ts'

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

/** Of a key that is used for nothing else, and of 32 bytes of salt at least that are drawn for it: HKDF-SHA-256 (RFC 5869). */
export interface Derivation {
  readonly key: Bytes
  /** At most 64 bytes. */
  readonly salt: Bytes
  readonly info: string
}

/** What is done to every byte of an object. */
export interface ByteMathematics {
  /** Under the key so derived. Copies what it needs: the caller zeroes its array. */
  readonly openBoxes: (derivation: Derivation) => Boxes
  readonly startCrc: (name: CrcName) => RunningCrc
}
