// The little DER (X.690) that keys need. Strict: minimal definite lengths, one-byte tags, nothing left over.
import { bytesOf } from './integers.ts'

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[0]`, `[1]` and `[2]`, constructed. */
  context0: 0xa0,
  context1: 0xa1,
  context2: 0xa2,
  /** The same, primitive: what stands for a NULL or an OCTET STRING by IMPLICIT. */
  implicit0: 0x80,
  implicit2: 0x82,
} as const

type Tag = (typeof tags)[keyof typeof tags]

export interface Element {
  readonly tag: number
  /** A view, not a copy. */
  readonly content: Uint8Array
}

/** The elements that fill `bytes` one after the other; throws on anything else. */
export function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = []
  for (let at = 0; at < bytes.length;) {
    const { headerBytes, contentBytes } = header(bytes.subarray(at))
    const end = at + headerBytes + contentBytes
    if (end > bytes.length) throw new Error('DER: an element is cut off')
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(at + headerBytes, end) })
    at = end
  }
  return found
}

function header(bytes: Uint8Array): { readonly headerBytes: number; readonly contentBytes: number } {
  const first = bytes[1]
  if (first === undefined) throw new Error('DER: an element is cut off')
  if (first < 0x80) return { headerBytes: 2, contentBytes: first }
  const lengthBytes = first - 0x80
  if (lengthBytes < 1 || lengthBytes > 2 || bytes.length < 2 + lengthBytes) throw new Error('DER: a length is not definite or too long')
  const contentBytes = bytes.subarray(2, 2 + lengthBytes).reduce((length, byte) => length * 256 + byte, 0)
  if (contentBytes < (lengthBytes === 1 ? 0x80 : 0x100)) throw new Error('DER: a length is not minimal')
  return { headerBytes: 2 + lengthBytes, contentBytes }
}

/** The content of the element at `index`, which must have this tag. */
export function content(of: readonly Element[], index: number, tag: Tag): Uint8Array {
  const element = of[index]
  if (element?.tag !== tag) throw new Error(`DER: element ${index.toString()} is not what was expected`)
  return element.content
}

/** The elements inside the only element of `bytes`, a SEQUENCE. */
export function sequenceOf(bytes: Uint8Array): readonly Element[] {
  const outer = elements(bytes)
  if (outer.length !== 1) throw new Error('DER: one element was expected')
  return elements(content(outer, 0, tags.sequence))
}

/** The bytes of the BIT STRING at `index`, which must have no unused bits. */
export function bitString(of: readonly Element[], index: number): Uint8Array {
  const bits = content(of, index, tags.bitString)
  if (bits[0] !== 0) throw new Error('DER: a bit string has unused bits')
  return bits.subarray(1)
}

/** The magnitude of the non-negative INTEGER at `index`, without leading zeros. */
export function unsignedInteger(of: readonly Element[], index: number): Uint8Array {
  const bytes = content(of, index, tags.integer)
  const [first, second] = bytes
  if (first === undefined || first >= 0x80) throw new Error('DER: an integer is negative or empty')
  if (first !== 0) return bytes
  if (second !== undefined && second < 0x80) throw new Error('DER: an integer is not minimal')
  return bytes.subarray(1)
}

/** Encodes one element into an own backing store. */
export function encode(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const prefix = length < 0x80 ? [tag, length] : [tag, 0x80 + bytesOf(BigInt(length)).length, ...bytesOf(BigInt(length))]
  const whole = new Uint8Array(prefix.length + length)
  whole.set(prefix)
  let at = prefix.length
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Encodes a non-negative INTEGER. */
export function encodeInteger(value: bigint): Uint8Array {
  const magnitude = bytesOf(value)
  const first = magnitude[0] ?? 0
  return first < 0x80 ? encode(tags.integer, magnitude) : encode(tags.integer, Uint8Array.of(0), magnitude)
}
