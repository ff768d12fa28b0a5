import assert from 'node:assert/strict'
import { timingSafeEqual } from 'node:crypto'
import { sectorBytes } from '#ports/block-store.ts'
import type { Bytes } from '#model/brands.ts'

/** 64 bytes, halves apart: equal ones make XTS a worse mode (FIPS 140-3 IG C.I). Refused alike with and without the native module. */
export function checkedDek(dek: Bytes): Bytes {
  assert(dek.length === 64, 'an XTS key has 64 bytes')
  assert(!timingSafeEqual(dek.subarray(0, 32), dek.subarray(32)), 'the halves of an XTS key differ')
  return dek
}

/** A sector number that a tweak can hold, and whole sectors. */
export function checkedSectors(firstSector: number, bytes: Bytes): number {
  assert(Number.isSafeInteger(firstSector) && firstSector >= 0, 'a sector number is a whole number')
  assert(bytes.length % sectorBytes === 0, 'only whole sectors are encrypted')
  return firstSector
}
