// POSIX ustar (IEEE 1003.1-1988), regular files alone: what `tar` takes apart. Sizes of 8 GiB and more are written in base 256, as GNU tar has it.
import type { Bytes } from '#model/brands.ts'

const block = 512
const nameMax = 100
const octalMax = 8 ** 11
const at = { mode: 100, size: 124, checksum: 148, type: 156, magic: 257 } as const

/** Two blocks of zeroes. */
export const tarEnd: Bytes = new Uint8Array(2 * block)

export const tarPadding = (size: number): Bytes => new Uint8Array((block - (size % block)) % block)

/** Throws for a name of more than 100 bytes. */
export function tarHeader({ name, size }: { readonly name: string; readonly size: number }): Bytes {
  if (Buffer.byteLength(name) > nameMax) throw new Error(`${name} is too long a name for an archive`)
  const header = Buffer.alloc(block)
  header.write(name, 0, 'utf8')
  header.write('0000600\0', at.mode)
  for (const field of [108, 116]) header.write('0000000\0', field)
  writeSize(header, size)
  header.write('00000000000\0', 136)
  header.write('0', at.type)
  header.write('ustar\u000000', at.magic)
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, at.checksum)
  return header
}

function writeSize(header: Buffer, size: number): void {
  if (size < octalMax) {
    header.write(`${size.toString(8).padStart(11, '0')}\0`, at.size)
    return
  }
  header.writeUInt8(0x80, at.size)
  header.writeBigUInt64BE(BigInt(size), at.size + 4)
}

/** With its own field as eight spaces. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, place) => sum + (place >= at.checksum && place < at.checksum + 8 ? 0x20 : byte), 0)
}

export interface TarEntry {
  readonly name: string
  readonly size: number
  /** Read to its end before the next entry is asked for. */
  readonly body: AsyncIterable<Bytes>
}

/** Entries in their order; throws for anything but regular files, and for what is cut short. */
export async function* tarEntries(source: AsyncIterable<Bytes>): AsyncGenerator<TarEntry> {
  const bytes = bytesOf(source)
  for (;;) {
    const header = await bytes.exactly(block)
    if (header.every(byte => byte === 0)) return
    const { name, size } = readHeader(header)
    yield { name, size, body: bytes.run(size) }
    await bytes.exactly(tarPadding(size).length)
  }
}

function readHeader(header: Buffer): { readonly name: string; readonly size: number } {
  if (Number.parseInt(header.toString('latin1', at.checksum, at.checksum + 6), 8) !== checksum(header))
    throw new Error('the archive is damaged: a header does not check')
  if (String.fromCodePoint(header.readUInt8(at.type)) !== '0') throw new Error('the archive holds something that is no file')
  const end = header.indexOf(0)
  const large = header.readUInt8(at.size) === 0x80
  const size = large ? Number(header.readBigUInt64BE(at.size + 4)) : Number.parseInt(header.toString('latin1', at.size, at.size + 11), 8)
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('the archive is damaged: a size is none')
  return { name: header.toString('utf8', 0, Math.min(end < 0 ? nameMax : end, nameMax)), size }
}

/** A stream as somebody reads it who knows how much he wants. */
function bytesOf(source: AsyncIterable<Bytes>) {
  const pieces = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const more = async (): Promise<void> => {
    const next = await pieces.next()
    if (next.done === true) throw new Error('the archive is cut short')
    rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
  }
  async function* run(length: number): AsyncGenerator<Bytes> {
    for (let left = length; left > 0;) {
      if (rest.length === 0) await more()
      const piece = rest.subarray(0, Math.min(left, rest.length))
      rest = rest.subarray(piece.length)
      left -= piece.length
      if (piece.length > 0) yield piece
    }
  }
  return {
    run,
    exactly: async (length: number): Promise<Buffer> => Buffer.concat(await Array.fromAsync(run(length))),
  }
}
