import type { Bytes } from '#model/brands.ts'

/** Where whole sectors lie in an open file, and the number of the first of them. */
export interface SectorsInFile {
  readonly fd: number
  readonly position: number
  readonly firstSector: number
}

/** AES-256-XTS over whole 512-byte data units, in place; the tweak is the sector number, little-endian (dm-crypt `plain64`). */
export interface SectorCipher extends Disposable {
  encrypt(firstSector: number, inPlace: Bytes): void
  decrypt(firstSector: number, inPlace: Bytes): void
  /** Reads all of `into` and decrypts it, in one step: absent where two are as good. Errors have an errno in `code`, EIO where the file ends before. */
  readonly readFile?: (from: SectorsInFile, into: Bytes) => void
  /** Encrypts in place and writes all of it, in one step. */
  readonly writeFile?: (to: SectorsInFile, inPlace: Bytes) => void
}

/** `dek`: 64 bytes; equal halves are refused. Copies what it needs: the caller zeroes its array. */
export type OpenSectorCipher = (dek: Bytes) => SectorCipher
