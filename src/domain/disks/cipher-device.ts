import { sectorBytes } from '#ports/block-store.ts'
import type { SectorCipher } from '#ports/sector-cipher.ts'
import type { Bytes } from '#model/brands.ts'
import { writeZeroes } from './block-device.ts'
import type { BlockDevice } from './block-device.ts'

/**
 * A ciphertext layer over another device: AES-XTS by sector number, so that each layer of a disk uses the same tweaks under its own key.
 * Stacked twice for double encryption; the first one laid over the chunks is the outermost, bytes at rest = PMK(CMK(data)).
 */
export function cipherDevice(below: BlockDevice, cipher: SectorCipher): BlockDevice {
  const write = (offset: number, bytes: Bytes): void => {
    below.writeThrough(cipher, offset, bytes)
  }
  const readData = (offset: number, into: Bytes): void => {
    below.readThrough(cipher, offset, into)
  }
  return {
    size: below.size,
    extents: (offset, length) => below.extents(offset, length),
    read(offset, into) {
      for (const extent of below.extents(offset, into.length)) {
        const part = extent.length === into.length ? into : into.subarray(extent.offset - offset, extent.offset - offset + extent.length)
        if (extent.hole) part.fill(0)
        else readData(extent.offset, part)
      }
    },
    readData,
    readThrough(above, offset, into) {
      readData(offset, into)
      above.decrypt(offset / sectorBytes, into)
    },
    write,
    writeThrough(above, offset, bytes) {
      above.encrypt(offset / sectorBytes, bytes)
      write(offset, bytes)
    },
    zero(offset, length, mayPunch) {
      if (mayPunch) below.zero(offset, length, true)
      else writeZeroes(write, offset, length)
    },
    trim: (offset, length) => {
      below.trim(offset, length)
    },
    flush: () => below.flush(),
  }
}
