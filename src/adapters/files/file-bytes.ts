import { readSync, writeSync } from 'node:fs'
import type { Bytes } from '#model/brands.ts'
import type { SectorCipher, SectorsInFile } from '#ports/sector-cipher.ts'

/** What is on the medium cannot be trusted or must not be changed: the caller's request fails as an I/O error, others go on. */
export class ChunkRefused extends Error {
  readonly code = 'EIO'
}

export function writeAll(fd: number, bytes: Bytes, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, position + done)
}

export function readAll(fd: number, into: Bytes, position: number): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, position + done)
    if (got === 0) throw new ChunkRefused('a chunk file is shorter than a chunk')
    done += got
  }
}

/** Reads and decrypts, in one step where the cipher can. */
export function readThrough(cipher: SectorCipher, from: SectorsInFile, into: Bytes): void {
  if (cipher.readFile !== undefined) {
    cipher.readFile(from, into)
    return
  }
  readAll(from.fd, into, from.position)
  cipher.decrypt(from.firstSector, into)
}

/** Encrypts in place and writes, likewise. */
export function writeThrough(cipher: SectorCipher, to: SectorsInFile, inPlace: Bytes): void {
  if (cipher.writeFile !== undefined) {
    cipher.writeFile(to, inPlace)
    return
  }
  cipher.encrypt(to.firstSector, inPlace)
  writeAll(to.fd, inPlace, to.position)
}
