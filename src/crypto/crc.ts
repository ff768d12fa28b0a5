import { crc32 as zlibCrc32 } from 'node:zlib'

/** A checksum that is carried on from piece to piece; `undefined` begins it. */
export interface Crc {
  /** Bytes of its value. */
  readonly width: 4 | 8
  /** Of nothing: zero. */
  start(): RunningCrc
  /** Of two runs of bytes one after the other, from theirs and the length of the second. */
  joined(first: Uint8Array, second: Uint8Array, secondLength: number): Uint8Array
}

export interface RunningCrc {
  update(bytes: Uint8Array): void
  /** Big-endian. */
  digest(): Uint8Array
}

/** Reflected polynomials, initial value and final inversion of all ones (RFC 1952 8; RFC 3720 B.4; NVM Express Base 2.0, 5.2.1.3.4). */
const polynomials = { crc32: 0xedb88320n, crc32c: 0x82f63b78n, crc64nvme: 0x9a6c9329ac4bc9b5n } as const
export type CrcName = keyof typeof polynomials

export const crcs: Readonly<Record<CrcName, Crc>> = {
  crc32: { width: 4, start: startCrc32, joined: joiner(polynomials.crc32, 4) },
  crc32c: { width: 4, start: startCrc32c, joined: joiner(polynomials.crc32c, 4) },
  crc64nvme: { width: 8, start: startCrc64, joined: joiner(polynomials.crc64nvme, 8) },
}

function startCrc32(): RunningCrc {
  let value = 0
  return {
    update(bytes) {
      value = zlibCrc32(bytes, value)
    },
    digest: () => numberBytes(BigInt(value >>> 0), 4),
  }
}

const lanes = 8
/** `tables[k][b]`: what the byte `b` makes of a register when `k` more bytes of zero follow it. */
function tablesOf(polynomial: bigint): readonly BigUint64Array[] {
  const [first, ...more] = Array.from({ length: lanes }, () => new BigUint64Array(256))
  if (first === undefined) return []
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n
    first[byte] = value
  }
  let before = first
  for (const table of more) {
    for (let byte = 0; byte < 256; byte += 1) {
      const value = before[byte] ?? 0n
      table[byte] = (value >> 8n) ^ (first[Number(value & 255n)] ?? 0n)
    }
    before = table
  }
  return [first, ...more]
}

/** Halves of the tables, flat: a row of 256 for each lane. */
function halves(polynomial: bigint): { readonly low: Int32Array; readonly high: Int32Array } {
  const low = new Int32Array(lanes * 256)
  const high = new Int32Array(lanes * 256)
  for (const [lane, table] of tablesOf(polynomial).entries())
    for (const [byte, value] of table.entries()) {
      low[lane * 256 + byte] = Number(value & 0xffffffffn) | 0
      high[lane * 256 + byte] = Number(value >> 32n) | 0
    }
  return { low, high }
}

const crc32cTables = halves(polynomials.crc32c)
const crc64Tables = halves(polynomials.crc64nvme)

/** Eight bytes a turn (Kounavis and Berry 2005). */
function startCrc32c(): RunningCrc {
  let value = -1
  const { low: t } = crc32cTables
  const at = (index: number): number => t[index] ?? 0
  return {
    update(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let position = 0
      for (const end = bytes.length - 7; position < end; position += 8) {
        const one = value ^ view.getInt32(position, true)
        const two = view.getInt32(position + 4, true)
        value =
          at(1792 + (one & 255)) ^
          at(1536 + ((one >>> 8) & 255)) ^
          at(1280 + ((one >>> 16) & 255)) ^
          at(1024 + (one >>> 24)) ^
          at(768 + (two & 255)) ^
          at(512 + ((two >>> 8) & 255)) ^
          at(256 + ((two >>> 16) & 255)) ^
          at(two >>> 24)
      }
      for (; position < bytes.length; position += 1) value = (value >>> 8) ^ at((value ^ (bytes[position] ?? 0)) & 255)
    },
    digest: () => numberBytes(BigInt(~value >>> 0), 4),
  }
}

function startCrc64(): RunningCrc {
  let [low, high] = [-1, -1]
  const { low: l, high: h } = crc64Tables
  const lowAt = (index: number): number => l[index] ?? 0
  const highAt = (index: number): number => h[index] ?? 0
  return {
    update(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let position = 0
      for (const end = bytes.length - 7; position < end; position += 8) {
        const one = low ^ view.getInt32(position, true)
        const two = high ^ view.getInt32(position + 4, true)
        const [a, b, c, d] = [1792 + (one & 255), 1536 + ((one >>> 8) & 255), 1280 + ((one >>> 16) & 255), 1024 + (one >>> 24)]
        const [e, f, g, i] = [768 + (two & 255), 512 + ((two >>> 8) & 255), 256 + ((two >>> 16) & 255), two >>> 24]
        low = lowAt(a) ^ lowAt(b) ^ lowAt(c) ^ lowAt(d) ^ lowAt(e) ^ lowAt(f) ^ lowAt(g) ^ lowAt(i)
        high = highAt(a) ^ highAt(b) ^ highAt(c) ^ highAt(d) ^ highAt(e) ^ highAt(f) ^ highAt(g) ^ highAt(i)
      }
      for (; position < bytes.length; position += 1) {
        const byte = (low ^ (bytes[position] ?? 0)) & 255
        low = ((low >>> 8) | (high << 24)) ^ lowAt(byte)
        high = (high >>> 8) ^ highAt(byte)
      }
    },
    digest: () => numberBytes((BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0), 8),
  }
}

function numberBytes(value: bigint, width: number): Uint8Array {
  return Uint8Array.fromHex(value.toString(16).padStart(width * 2, '0'))
}

const valueOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toHex()}`)

/** Appending bytes multiplies what came before by x^8 for each of them, modulo the polynomial; the inversions cancel out. */
function joiner(polynomial: bigint, width: number): Crc['joined'] {
  const top = 1n << BigInt(width * 8 - 1)
  const times = (one: bigint, other: bigint): bigint => {
    let [product, shifted] = [0n, one]
    for (let bit = top; bit > 0n; bit >>= 1n) {
      if ((other & bit) !== 0n) product ^= shifted
      shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n
    }
    return product
  }
  return (first, second, secondLength) => {
    let value = valueOf(first)
    // x^8, in the reflected order: the highest bit is 1.
    let power = top >> 8n
    for (let length = BigInt(secondLength); length > 0n; length >>= 1n) {
      if ((length & 1n) === 1n) value = times(power, value)
      power = times(power, power)
    }
    return numberBytes(value ^ valueOf(second), width)
  }
}
