import { open, type FileHandle } from 'node:fs/promises'
import { CommandFailed, exits } from './output.ts'

/** A disk's bytes in a file: raw, or a fixed VHD, whose footer is none of them. */
export interface DiskFile extends AsyncDisposable {
  /** Without a footer. */
  readonly sizeBytes: number
  /** Fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>
}

const footerBytes = 512
const vhdCookie = 'conectix'
/** Disk types of a VHD's footer (Virtual Hard Disk Image Format, "Hard Disk Footer Format"). */
const fixed = 2
const otherFormats: readonly (readonly [name: string, opening: string])[] = [
  ['qcow2', 'QFI\u00FB'],
  ['VHDX', 'vhdxfile'],
  ['a dynamic VHD', vhdCookie],
  ['VMDK', 'KDMV'],
]

const refuse = (file: string, because: string, next: readonly string[] = []): CommandFailed =>
  new CommandFailed({ exit: exits.usage, code: 'NoDiskImage', message: `${file} cannot be imported.`, because, next })

/** Raises `CommandFailed` for what is neither raw nor a fixed VHD: its bytes are not a disk's. */
export async function openDiskFile(file: string): Promise<DiskFile> {
  const handle = await opened(file)
  try {
    const { size } = await handle.stat()
    const head = await bytesAt(handle, 0, footerBytes)
    const other = otherFormats.find(([, opening]) => head.subarray(0, opening.length).toString('latin1') === opening)
    if (other !== undefined) throw refuse(file, `it is ${other[0]}`, [`qemu-img convert -O raw ${file} ${file}.raw`])
    const foot = await bytesAt(handle, Math.max(0, size - footerBytes), footerBytes)
    const isVhd = foot.length === footerBytes && foot.subarray(0, vhdCookie.length).toString('latin1') === vhdCookie
    if (isVhd && foot.readUInt32BE(60) !== fixed) throw refuse(file, 'it is a dynamic VHD', [`qemu-img convert -O raw ${file} ${file}.raw`])
    const sizeBytes = isVhd ? size - footerBytes : size
    if (sizeBytes === 0 || sizeBytes % footerBytes !== 0) throw refuse(file, 'a disk is whole sectors of 512 bytes, and at least one')
    return { sizeBytes, read: async (offset, length) => bytesAt(handle, offset, length), [Symbol.asyncDispose]: async () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    throw refuse(file, cause instanceof Error ? cause.message : 'it cannot be read')
  }
}

async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const into = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const { bytesRead } = await handle.read(into, got, length - got, offset + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return into.subarray(0, got)
}
