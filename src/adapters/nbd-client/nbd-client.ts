import type { DiskReader, OpenForReading } from '#ports/disk-reader.ts'
import { negotiate } from './handshake.ts'
import { chunkDone, chunkError, chunkTypes, commands, magics } from './numbers.ts'
import { connect, type SocketBytes } from './socket-bytes.ts'

/** Reads disks as any NBD client does, at the socket of this instance. `socketPath`: where exports are opened now. */
export function nbdReader(socketPath: () => Promise<string>): DiskReader {
  return {
    async open(exportName) {
      const socket = await connect(await socketPath())
      try {
        return reading(socket, await negotiate(socket, exportName))
      } catch (cause) {
        socket.close(Buffer.alloc(0))
        throw cause
      }
    },
  }
}

interface Read {
  readonly offset: number
  readonly length: number
}

function reading(socket: SocketBytes, sizeBytes: number): OpenForReading {
  let cookie = 0
  return {
    sizeBytes,
    async read(offset, length) {
      cookie += 1
      socket.send(request({ command: commands.read, cookie, offset, length }))
      return replyTo(socket, cookie, { offset, length })
    },
    close() {
      socket.close(request({ command: commands.disconnect, cookie: 0, offset: 0, length: 0 }))
    },
  }
}

function request(what: { readonly command: number; readonly cookie: number; readonly offset: number; readonly length: number }): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(magics.request, 0)
  bytes.writeUInt16BE(what.command, 6)
  bytes.writeBigUInt64BE(BigInt(what.cookie), 8)
  bytes.writeBigUInt64BE(BigInt(what.offset), 16)
  bytes.writeUInt32BE(what.length, 24)
  return bytes
}

/** "Structured replies": chunks in any order that cover what was asked for. Holes stay the zeroes that the buffer began with. */
async function replyTo(socket: SocketBytes, cookie: number, read: Read): Promise<Buffer> {
  const into = Buffer.alloc(read.length)
  let covered = 0
  for (let last = false; !last;) {
    const header = await socket.take(20)
    if (header.readUInt32BE(0) !== magics.structuredReply || header.readBigUInt64BE(8) !== BigInt(cookie))
      throw new Error('no reply to the read that was sent')
    last = (header.readUInt16BE(4) & chunkDone) !== 0
    covered += await takeChunk(socket, into, { type: header.readUInt16BE(6), payload: header.readUInt32BE(16), read })
  }
  if (covered !== read.length) throw new Error(`${covered} bytes instead of ${read.length}`)
  return into
}

/** Answers how many bytes of the read the chunk is about. */
async function takeChunk(
  socket: SocketBytes,
  into: Buffer,
  { type, payload, read }: { readonly type: number; readonly payload: number; readonly read: Read },
): Promise<number> {
  if (type === chunkTypes.none) return 0
  // An offset and all the bytes is the longest that there is.
  if (payload < 6 || payload > read.length + 8) throw new Error('a chunk that is none')
  if ((type & chunkError) !== 0) throw new Error(`the disk cannot be read: error ${(await socket.take(payload)).readUInt32BE(0)}`)
  const at = Number((await socket.take(8)).readBigUInt64BE(0)) - read.offset
  if (type === chunkTypes.offsetHole) return checked(read, at, (await socket.take(4)).readUInt32BE(0))
  if (type !== chunkTypes.offsetData) throw new Error(`a chunk of the type ${type}`)
  const length = checked(read, at, payload - 8)
  into.set(await socket.take(length), at)
  return length
}

function checked(read: Read, at: number, length: number): number {
  if (at < 0 || at + length > read.length) throw new Error('a chunk of what was not asked for')
  return length
}
