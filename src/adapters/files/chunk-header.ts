import { hash } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { chunkBytes, sectorBytes } from '#ports/block-store.ts'
import type { ChunkIdentity } from '#ports/block-store.ts'

// One copy of a chunk's header, big-endian, 4,096 bytes:
//   0  8  magic                       24  8  epoch
//   8  4  format (1)                  32  4  chunk number
//  12  4  bytes of one copy           36  4  layers, 0 to 4
//  16  8  sequence                    40 64  DEK ids, 16 bytes each, outermost first
// 104 64  disk id, UTF-8, zero-padded
// 168 64  room for an authentication tag over header and data, zero in format 1
// 1024 1024  allocation bitmap, one bit a sector, least significant first
// 4064 32 SHA-256 of all that stands before it; everything else is zero
// The hash finds torn writes and rot. It is no authentication: who can write the file can make one.

export const headerBytes = 4096
/** The header stands twice, one after the other, so that a write torn by a power cut costs neither the bits nor the data. */
const headerCopies = 2
export const dataStart = headerBytes * headerCopies
export const sectorsOfChunk = chunkBytes / sectorBytes
export const bitmapBytes = sectorsOfChunk / 8
/** Ciphers on top of each other: design.md 7 needs two. */
const layersMax = 4

const magic = Buffer.from('KSTDCHNK', 'latin1')
const format = 1
const at = { sequence: 16, epoch: 24, chunk: 32, layers: 36, deks: 40, disk: 104, bitmap: 1024, hash: 4064 } as const
const dekBytes = 16
const diskBytes = 64

export interface ChunkHeader extends ChunkIdentity {
  readonly chunk: number
  /** One more at each write: the newer of two copies that check is the one that counts. */
  readonly sequence: number
  readonly bitmap: Bytes
}

/** Names that are safe as a folder's and fit the header. */
export function checkIdentity(identity: ChunkIdentity): void {
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/.test(identity.diskId)) throw new Error('a disk id is 1 to 64 letters, digits, - and _')
  if (identity.lineage !== undefined) checkIdentity({ diskId: identity.lineage, dekIds: [], epoch: 0 })
  if (identity.dekIds.length > layersMax) throw new Error(`more than ${layersMax.toString()} layers`)
  if (!identity.dekIds.every(id => /^[0-9a-f]{32}$/.test(id))) throw new Error('a DEK id is 32 hex digits')
  if (!Number.isSafeInteger(identity.epoch) || identity.epoch < 0) throw new Error('an epoch is a whole number')
}

/** The disk as headers name it. */
export const headerDisk = ({ diskId, lineage = diskId }: ChunkIdentity): string => lineage

export function encodeHeader(header: ChunkHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  magic.copy(bytes)
  bytes.writeUInt32BE(format, 8)
  bytes.writeUInt32BE(headerBytes, 12)
  bytes.writeBigUInt64BE(BigInt(header.sequence), at.sequence)
  bytes.writeBigUInt64BE(BigInt(header.epoch), at.epoch)
  bytes.writeUInt32BE(header.chunk, at.chunk)
  bytes.writeUInt32BE(header.dekIds.length, at.layers)
  header.dekIds.forEach((id, layer) => bytes.write(id, at.deks + layer * dekBytes, 'hex'))
  bytes.write(header.diskId, at.disk, diskBytes, 'utf8')
  bytes.set(header.bitmap, at.bitmap)
  hash('sha256', bytes.subarray(0, at.hash), 'buffer').copy(bytes, at.hash)
  return bytes
}

/** `undefined`: not a header that was written whole. */
function decodeCopy(bytes: Buffer): ChunkHeader | undefined {
  if (bytes.length !== headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (!hash('sha256', bytes.subarray(0, at.hash), 'buffer').equals(bytes.subarray(at.hash))) return undefined
  const layers = bytes.readUInt32BE(at.layers)
  if (bytes.readUInt32BE(8) !== format || bytes.readUInt32BE(12) !== headerBytes || layers > layersMax) return undefined
  const disk = bytes.subarray(at.disk, at.disk + diskBytes)
  const end = disk.indexOf(0)
  return {
    diskId: disk.toString('utf8', 0, end < 0 ? diskBytes : end),
    dekIds: Array.from({ length: layers }, (_, layer) =>
      bytes.toString('hex', at.deks + layer * dekBytes, at.deks + (layer + 1) * dekBytes),
    ),
    epoch: Number(bytes.readBigUInt64BE(at.epoch)),
    chunk: bytes.readUInt32BE(at.chunk),
    sequence: Number(bytes.readBigUInt64BE(at.sequence)),
    bitmap: bytes.subarray(at.bitmap, at.bitmap + bitmapBytes),
  }
}

/** The newer of the copies that check; `undefined` when none does. `bytes`: the first `dataStart` bytes of the file. */
export function decodeHeader(bytes: Buffer): ChunkHeader | undefined {
  const first = decodeCopy(bytes.subarray(0, headerBytes))
  const second = decodeCopy(bytes.subarray(headerBytes, dataStart))
  if (first === undefined || second === undefined) return first ?? second
  return second.sequence > first.sequence ? second : first
}
