// The little CBOR (RFC 8949) that attestation documents are made of: definite lengths, no floats, no tags inside; nothing left over.
import type { Bytes } from '#model/brands.ts'

export type Cbor = number | string | boolean | null | undefined | Bytes | readonly Cbor[] | ReadonlyMap<number | string, Cbor>

const depthMax = 8
const itemsMax = 1_024

/** Throws `Error` for anything else. */
export function readCbor(bytes: Bytes): Cbor {
  const reader = { bytes, at: 0 }
  const value = item(reader, 0)
  if (reader.at !== bytes.length) throw new Error('CBOR: something is left over')
  return value
}

interface Reader {
  readonly bytes: Bytes
  at: number
}

const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, simple: 7 } as const
const text = new TextDecoder('utf-8', { fatal: true })

function item(reader: Reader, depth: number): Cbor {
  if (depth > depthMax) throw new Error('CBOR: too deep')
  const first = take(reader, 1)[0] ?? 0
  const [kind, low] = [first >> 5, first & 0x1f]
  if (kind === major.simple) return simple(low)
  const count = argument(reader, low)
  if (kind === major.unsigned) return count
  if (kind === major.negative) return -1 - count
  if (kind === major.bytes) return take(reader, count)
  if (kind === major.text) return text.decode(take(reader, count))
  return container(reader, { kind, count, depth })
}

function container(
  reader: Reader,
  { kind, count, depth }: { readonly kind: number; readonly count: number; readonly depth: number },
): Cbor {
  if (count > itemsMax) throw new Error('CBOR: too many items')
  if (kind === major.array) return Array.from({ length: count }, () => item(reader, depth + 1))
  if (kind === major.map) return map(reader, count, depth)
  throw new Error('CBOR: a tag')
}

function map(reader: Reader, count: number, depth: number): ReadonlyMap<number | string, Cbor> {
  const members = new Map<number | string, Cbor>()
  for (let each = 0; each < count; each++) {
    const key = item(reader, depth + 1)
    if ((typeof key !== 'number' && typeof key !== 'string') || members.has(key)) throw new Error('CBOR: a key is none, or twice')
    members.set(key, item(reader, depth + 1))
  }
  return members
}

function simple(value: number): Cbor {
  if (value === 20 || value === 21) return value === 21
  if (value === 22) return null
  if (value === 23) return undefined
  throw new Error('CBOR: a value that is not taken')
}

/** The number that an item begins with, in as few bytes as it takes. */
function argument(reader: Reader, low: number): number {
  if (low < 24) return low
  if (low > 27) throw new Error('CBOR: an indefinite length')
  const width = 2 ** (low - 24)
  const value = take(reader, width).reduce((number, byte) => number * 256 + byte, 0)
  const least = width === 1 ? 24 : 2 ** (4 * width)
  if (!Number.isSafeInteger(value) || value < least) throw new Error('CBOR: a number is too large, or not in its shortest form')
  return value
}

function take(reader: Reader, count: number): Bytes {
  const end = reader.at + count
  if (end > reader.bytes.length) throw new Error('CBOR: it is cut off')
  const taken = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return taken
}

/** What COSE signs: `["Signature1", protected, external = '', payload]` (RFC 9052 4.4). */
export function signedStructure(protectedHeader: Bytes, payload: Bytes): Bytes {
  return Buffer.concat([
    Uint8Array.of(0x84, 0x6a),
    Buffer.from('Signature1'),
    byteString(protectedHeader.length),
    protectedHeader,
    byteString(0),
    byteString(payload.length),
    payload,
  ])
}

/** Head of a byte string (RFC 8949 3). */
function byteString(length: number): Bytes {
  if (length < 24) return Uint8Array.of(0x40 + length)
  if (length < 0x100) return Uint8Array.of(0x58, length)
  if (length < 0x10000) return Uint8Array.of(0x59, length >> 8, length & 0xff)
  const head = Buffer.alloc(5)
  head[0] = 0x5a
  head.writeUInt32BE(length, 1)
  return head
}
