import type { Bytes } from '#model/brands.ts'
import type { SectorCipher } from '#ports/sector-cipher.ts'

/** Neighbouring sectors that are alike. A hole was never written, or was given back: it reads as zeroes. */
export interface Extent {
  readonly offset: number
  readonly length: number
  readonly hole: boolean
}

/**
 * What a disk's layers look like to each other. Offsets and lengths are bytes, whole sectors of 512, inside the device; callers check.
 * Synchronous but for `flush`. Errors are the layer's own (an errno in `code` where there is one).
 */
export interface BlockDevice {
  readonly size: number
  /** Covers the range in order, longest runs first found: a cipher asks below, for a decrypted hole is noise. */
  extents(offset: number, length: number): Iterable<Extent>
  read(offset: number, into: Bytes): void
  /** `read` of a range without holes, as `extents` has just told: they are not looked for again. */
  readData(offset: number, into: Bytes): void
  /** Of a range without holes: read, and decrypted by sector numbers. */
  readThrough(cipher: SectorCipher, offset: number, into: Bytes): void
  /** May overwrite `bytes`: layers encrypt in place. */
  write(offset: number, bytes: Bytes): void
  /** Encrypted by sector numbers, and written. */
  writeThrough(cipher: SectorCipher, offset: number, bytes: Bytes): void
  /** Reads as zeroes afterwards. `mayPunch`: as a hole, if that is cheaper. */
  zero(offset: number, length: number, mayPunch: boolean): void
  /** The range is not needed any more; here it becomes a hole. */
  trim(offset: number, length: number): void
  /** Every write answered before the call is durable afterwards. */
  flush(): void | Promise<void>
}

/** Zeroes are written in pieces of this many bytes where holes are not wanted. */
const zeroPieceBytes = 256 * 1024

/** Writes real zeroes through `write`, a fresh piece each time because a layer may encrypt it in place. */
export function writeZeroes(write: (offset: number, bytes: Bytes) => void, offset: number, length: number): void {
  const piece = new Uint8Array(Math.min(zeroPieceBytes, length))
  for (let done = 0; done < length; done += piece.length) {
    piece.fill(0)
    write(offset + done, piece.subarray(0, Math.min(piece.length, length - done)))
  }
}
