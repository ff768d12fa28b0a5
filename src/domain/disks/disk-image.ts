import type { Bytes } from '#model/brands.ts'
import type { DiskReader, OpenForReading } from '#ports/disk-reader.ts'
import type { Needs } from '#domain/context.ts'
import { stillGranted } from './access-link.ts'
import type { HeldDisk } from './disk-standing.ts'
import { footerBytes, vhdFooter } from './vhd-footer.ts'

/** Bytes `from` to `to`, the first and the one behind the last. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** A fixed VHD: the disk's bytes, then the footer (disk-encryption.md A.2). */
export const imageBytes = ({ value }: HeldDisk): number => value.sizeBytes + footerBytes

const pieceBytes = 1024 * 1024
const sectorBytes = 512

export interface ImageReading {
  readonly reader: DiskReader
  readonly disk: HeldDisk
  readonly grantId: string
  readonly range: ByteRange
}

/**
 * The image's bytes in pieces of at most 1 MiB, read from the disk's own export as they are asked for: what stops the export stops this,
 * and so does the end of the grant. Nothing is opened before the first piece, and nothing where the footer alone is asked for.
 */
export async function* readImage(context: Needs<'disks' | 'ground'>, reading: ImageReading): AsyncGenerator<Bytes> {
  const { disk, range } = reading
  const { sizeBytes } = disk.value
  if (range.from < sizeBytes) yield* readDisk(context, reading, { from: range.from, to: Math.min(range.to, sizeBytes) })
  if (range.to > sizeBytes) yield vhdFooter(disk.value).subarray(Math.max(0, range.from - sizeBytes), range.to - sizeBytes)
}

async function* readDisk(context: Needs<'disks' | 'ground'>, reading: ImageReading, range: ByteRange): AsyncGenerator<Bytes> {
  const { reader, disk, grantId } = reading
  const open = await reader.open(disk.value.exportName)
  try {
    if (open.sizeBytes !== disk.value.sizeBytes) throw new Error('the disk is not of the size that was promised')
    for (let at = range.from; at < range.to;) {
      if (!(await stillGranted(context, disk, grantId))) throw new Error('the link was taken back or has run out')
      const piece = await pieceAt(open, { from: at, to: range.to })
      at += piece.length
      yield piece
    }
  } finally {
    open.close()
  }
}

/** Whole sectors are read, to the next mebibyte; what was asked of them is handed on. */
async function pieceAt(open: OpenForReading, { from, to }: ByteRange): Promise<Bytes> {
  const first = from - (from % sectorBytes)
  const end = Math.min(to, first - (first % pieceBytes) + pieceBytes)
  const bytes = await open.read(first, Math.ceil((end - first) / sectorBytes) * sectorBytes)
  return bytes.subarray(from - first, end - first)
}
