// Non-negative integers as big-endian bytes, and the number theory that the import gate asks. BigInt does not compute in
// constant time and its digits cannot be zeroed: for keys on their way in, once, never on the road of a request.

/** Reads big-endian bytes; none at all are zero. */
export function integerOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`)
}

/** Big-endian, without leading zeros, or padded to `width` bytes; throws where it does not fit. */
export function bytesOf(value: bigint, width?: number): Uint8Array {
  const digits = value.toString(16)
  const bytes = width ?? Math.ceil(digits.length / 2)
  if (digits.length > bytes * 2) throw new Error(`the integer does not fit into ${bytes.toString()} bytes`)
  return Uint8Array.fromHex(digits.padStart(bytes * 2, '0'))
}

/** Zero has none. */
export const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length)

/** Greatest common divisor (Euclid). */
export function gcd(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

/** Inverse modulo `modulus`, or `undefined` where there is none. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b] = [value % modulus, modulus]
  let [x, y] = [1n, 0n]
  while (a !== 0n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return b === 1n ? ((y % modulus) + modulus) % modulus : undefined
}

/** Largest integer whose square is not above `value` (Newton). */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
