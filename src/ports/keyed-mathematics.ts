import type { KeyObject } from 'node:crypto'
import type { BoxKey } from '#crypto/derived-key-box.ts'
import type { Bytes } from '#model/brands.ts'

/** HMAC-SHA-256 under long-lived keys, and the boxes whose keys it derives: what crypto/derived-key-box.ts defines, byte for byte. */
export interface KeyedMathematics {
  /** `fresh`: a salt and an IV, drawn anew. */
  readonly sealBox: (under: BoxKey, plaintext: Bytes, fresh: Bytes) => Bytes
  /** In an array of its own; `undefined` where it was not sealed under this key, label and context. */
  readonly openBox: (under: BoxKey, box: Bytes) => Bytes | undefined
  /** 64 hex digits. */
  readonly hmacHex: (key: KeyObject, message: string) => string
}
