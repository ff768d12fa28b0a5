import type { Bytes } from '#model/brands.ts'

/** AES-256-XTS over whole 512-byte data units, in place; the tweak is the sector number, little-endian (dm-crypt `plain64`). */
export interface SectorCipher extends Disposable {
  encrypt(firstSector: number, inPlace: Bytes): void
  decrypt(firstSector: number, inPlace: Bytes): void
}

/** `dek`: 64 bytes; equal halves are refused. Copies what it needs: the caller zeroes its array. */
export type OpenSectorCipher = (dek: Bytes) => SectorCipher
