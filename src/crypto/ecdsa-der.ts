// ECDSA signatures as SEQUENCE { r, s } (RFC 3279 2.2.3), between R ‖ S of fixed width, which is how modules have them.
import { encode, encodeInteger, sequenceOf, tags, unsignedInteger } from './der.ts'
import { integerOf } from './integers.ts'

export function ecdsaToDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2
  return encode(tags.sequence, encodeInteger(integerOf(signature.subarray(0, half))), encodeInteger(integerOf(signature.subarray(half))))
}

/** `undefined` for what is not the one DER encoding of two positive integers of this width at most: signatures have no second spelling here. */
export function ecdsaFromDer(der: Uint8Array, coordinateBytes: number): Uint8Array | undefined {
  try {
    const parts = sequenceOf(der)
    if (parts.length !== 2) return undefined
    const whole = new Uint8Array(2 * coordinateBytes)
    for (const index of [0, 1]) {
      const value = unsignedInteger(parts, index)
      if (value.length > coordinateBytes) return undefined
      whole.set(value, (index + 1) * coordinateBytes - value.length)
    }
    return whole
  } catch {
    return undefined
  }
}
