// Stands in where the native module is missing: node:crypto, six times the price of a box.
import { openBox, sealBox } from '#crypto/derived-key-box.ts'
import { hmacHex } from '#crypto/digests.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'

export const fallbackKeyed: KeyedMathematics = { sealBox, openBox, hmacHex }
