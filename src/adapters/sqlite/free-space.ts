import { statfsSync } from 'node:fs'

/** Bytes that an ordinary process may still write where the database lies. */
export function freeBytesAt(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** security-and-reliability.md 4.6. */
export const reserveBytesDefault = 256 * 1024 * 1024

const looksEveryMs = 250

/** "Disk full" is judged by a watermark, not by the last error: after a failed commit a smaller one may still succeed (4.6). */
export function spaceWatch(options: {
  readonly reserveBytes: number
  readonly freeBytes: () => number
  readonly monotonic: () => number
}): { readonly reserved: () => boolean; readonly sawFull: () => void } {
  let lookedAt = Number.NEGATIVE_INFINITY
  let low = false
  return {
    reserved() {
      const now = options.monotonic()
      if (now - lookedAt >= looksEveryMs) {
        lookedAt = now
        low = options.freeBytes() < options.reserveBytes
      }
      return low
    },
    sawFull() {
      lookedAt = options.monotonic()
      low = true
    },
  }
}
