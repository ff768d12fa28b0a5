import type { Bytes } from '#model/brands.ts'

export interface SectorRange {
  readonly first: number
  /** The one after the last. */
  readonly end: number
}

/** Bits of byte `at` that stand for sectors of the range. */
function maskOf({ first, end }: SectorRange, at: number): number {
  const from = Math.max(first - at * 8, 0)
  const to = Math.min(end - at * 8, 8)
  return ((1 << to) - 1) & ~((1 << from) - 1)
}

export function bitsAre(bitmap: Bytes, range: SectorRange, value: boolean): boolean {
  for (let at = range.first >> 3; at * 8 < range.end; at += 1) {
    const mask = maskOf(range, at)
    if (((bitmap[at] ?? 0) & mask) !== (value ? mask : 0)) return false
  }
  return true
}

export function setBits(bitmap: Bytes, range: SectorRange, value: boolean): void {
  for (let at = range.first >> 3; at * 8 < range.end; at += 1) {
    const mask = maskOf(range, at)
    bitmap[at] = value ? (bitmap[at] ?? 0) | mask : (bitmap[at] ?? 0) & ~mask
  }
}
