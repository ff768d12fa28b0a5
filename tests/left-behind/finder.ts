// Many patterns in one pass: four bytes at a time against a filter, and only what it lets by against the patterns themselves.
import { constants, inflateRawSync } from 'node:zlib'
import { spellingsOf } from './spellings.ts'

export interface Secret {
  /** What it is, never the value itself. */
  readonly what: string
  readonly bytes: Uint8Array
}

export interface Found {
  readonly what: string
  /** How it is spelled there. */
  readonly spelling: string
}

export type Finder = (bytes: Buffer) => readonly Found[]

interface Pattern {
  readonly what: string
  readonly spelling: string
  readonly bytes: Buffer
}

const filterBits = 24
/** What was compressed by more than this would be a bomb, not a leak. */
const mostUnpacked = 64 * 1024 * 1024

const slotOf = (window: number): number => Math.imul(window, 0x9e3779b1) >>> (32 - filterBits)

/** Finds each secret in each of its spellings, also in what was compressed with gzip or zlib and lies in the bytes as a whole stream. */
export function finderOf(secrets: Iterable<Secret>): Finder {
  const filter = new Uint8Array(2 ** (filterBits - 3))
  const byWindow = new Map<number, Pattern[]>()
  for (const { what, bytes } of secrets)
    for (const { name, bytes: spelled } of spellingsOf(bytes)) {
      const window = spelled.readUInt32BE(0)
      const slot = slotOf(window)
      filter[slot >>> 3] = (filter[slot >>> 3] ?? 0) | (1 << (slot & 7))
      byWindow.set(window, [...(byWindow.get(window) ?? []), { what, spelling: name, bytes: spelled }])
    }
  const plain: Finder = bytes => plainly(bytes, filter, byWindow)
  return bytes => [...plain(bytes), ...unpacked(bytes).flatMap(inner => plain(inner).map(packed))]
}

const packed = (found: Found): Found => ({ ...found, spelling: `${found.spelling}, compressed` })

function plainly(bytes: Buffer, filter: Uint8Array, byWindow: ReadonlyMap<number, readonly Pattern[]>): readonly Found[] {
  const found: Found[] = []
  let window = 0
  for (let at = 0; at < bytes.length; at += 1) {
    window = (window << 8) | (bytes[at] ?? 0)
    const slot = slotOf(window)
    if (((filter[slot >>> 3] ?? 0) & (1 << (slot & 7))) === 0 || at < 3) continue
    for (const pattern of byWindow.get(window >>> 0) ?? [])
      if (bytes.compare(pattern.bytes, 0, pattern.bytes.length, at - 3, Math.min(bytes.length, at - 3 + pattern.bytes.length)) === 0)
        found.push({ what: pattern.what, spelling: pattern.spelling })
  }
  return found
}

/** How streams begin, and where their deflated bytes do: RFC 1952 2.3.1 (deflate is the only method), RFC 1950 2.2 (four levels, the usual window). */
const beginnings: readonly (readonly [magic: Buffer, deflatedAt: (bytes: Buffer) => number])[] = [
  [Buffer.of(0x1f, 0x8b, 0x08), afterGzipHeader],
  ...[0x01, 0x5e, 0x9c, 0xda].map(level => [Buffer.of(0x78, level), () => 2] as const),
]

/** What streams that begin in these bytes hold; a beginning that is none by chance holds nothing. What follows a stream is no matter. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  return beginnings.flatMap(([magic, deflatedAt]) => {
    const streams: Buffer[] = []
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      const stream = inflated(bytes.subarray(at + deflatedAt(bytes.subarray(at, at + 1_024))))
      if (stream !== undefined && stream.length > 0) streams.push(stream)
    }
    return streams
  })
}

function afterGzipHeader(header: Buffer): number {
  const flags = header[3] ?? 0
  let at = 10
  if ((flags & 4) !== 0 && at + 2 <= header.length) at += 2 + header.readUInt16LE(at)
  // A name and a comment end with a zero each.
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = header.indexOf(0, at) + 1
  return (flags & 2) === 0 ? at : at + 2
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: mostUnpacked })
  } catch {
    return undefined
  }
}
