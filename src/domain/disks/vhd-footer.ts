// Virtual Hard Disk Image Format Specification (Microsoft, October 2006), "Hard Disk Footer Format". Big-endian throughout.
import type { Bytes } from '#model/brands.ts'

export const footerBytes = 512
const sectorBytes = 512
/** Seconds from 1970 to January 1, 2000 12:00:00 AM UTC, where the format's time begins. */
const epochSeconds = 946_684_800
const at = {
  cookie: 0,
  features: 8,
  version: 12,
  dataOffset: 16,
  time: 24,
  creator: 28,
  originalSize: 40,
  currentSize: 48,
  geometry: 56,
  type: 60,
  checksum: 64,
  id: 68,
} as const
/** No feature; the bit is always set. */
const reserved = 2
const formatVersion = 0x0001_0000
const fixed = 2

export interface VhdDisk {
  /** A multiple of 512. */
  readonly sizeBytes: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** A GUID. */
  readonly uniqueId: string
}

/** The last 512 bytes of a fixed VHD: what makes an image of a disk's bytes. The same for the same disk. */
export function vhdFooter({ sizeBytes, createdAt, uniqueId }: VhdDisk): Bytes {
  const footer = new Uint8Array(footerBytes)
  const view = new DataView(footer.buffer)
  const text = (offset: number, value: string): void => footer.set(new TextEncoder().encode(value), offset)
  text(at.cookie, 'conectix')
  view.setUint32(at.features, reserved)
  view.setUint32(at.version, formatVersion)
  // A fixed disk has no header that the offset could lead to.
  view.setBigUint64(at.dataOffset, 0xffff_ffff_ffff_ffffn)
  view.setUint32(at.time, Math.max(0, Math.floor(createdAt / 1_000) - epochSeconds))
  // Windows' own word: readers take the size of images by others from their geometry, which is not exact.
  text(at.creator, 'win \u0000\u0001\u0000\u0000Wi2k')
  view.setBigUint64(at.originalSize, BigInt(sizeBytes))
  view.setBigUint64(at.currentSize, BigInt(sizeBytes))
  const { cylinders, heads, sectors } = geometryOf(sizeBytes / sectorBytes)
  view.setUint16(at.geometry, cylinders)
  view.setUint8(at.geometry + 2, heads)
  view.setUint8(at.geometry + 3, sectors)
  view.setUint32(at.type, fixed)
  footer.set(Uint8Array.fromHex(uniqueId.replaceAll('-', '')), at.id)
  view.setUint32(at.checksum, checksumOf(footer))
  return footer
}

/** One's complement of the sum of all bytes, counted while the field itself is zero. */
const checksumOf = (footer: Bytes): number => ~footer.reduce((sum, byte) => sum + byte, 0) >>> 0

interface Geometry {
  readonly cylinders: number
  readonly heads: number
  readonly sectors: number
}

const sectorsMax = 65_535 * 16 * 255

/** Appendix "CHS Calculation", step for step. */
function geometryOf(total: number): Geometry {
  const whole = Math.min(total, sectorsMax)
  if (whole >= 65_535 * 16 * 63) return withTracks({ whole, heads: 16, sectors: 255 })
  const few = Math.max(4, Math.floor((Math.floor(whole / 17) + 1_023) / 1_024))
  if (Math.floor(whole / 17) < few * 1_024 && few <= 16) return withTracks({ whole, heads: few, sectors: 17 })
  if (Math.floor(whole / 31) < 16 * 1_024) return withTracks({ whole, heads: 16, sectors: 31 })
  return withTracks({ whole, heads: 16, sectors: 63 })
}

const withTracks = ({ whole, heads, sectors }: { readonly whole: number; readonly heads: number; readonly sectors: number }): Geometry => ({
  cylinders: Math.floor(Math.floor(whole / sectors) / heads),
  heads,
  sectors,
})
