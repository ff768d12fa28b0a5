import { negotiate } from './handshake.ts'
import { commands, magics } from './numbers.ts'
import { connect, type SocketBytes } from './socket-bytes.ts'

/** Writes a disk through its own export, one request after the other. */
export interface DiskWriter {
  readonly sizeBytes: number
  /** Rejects where the server does not take it: its key is out of use, or the disk is full below. */
  write(offset: number, bytes: Buffer): Promise<void>
  /** What was written is durable when this resolves. */
  flush(): Promise<void>
  close(): void
}

/** Rejects with the server's words where it refuses the export. */
export async function openForWriting(socketPath: string, exportName: string): Promise<DiskWriter> {
  const socket = await connect(socketPath)
  try {
    return writing(socket, await negotiate(socket, exportName))
  } catch (cause) {
    socket.close(Buffer.alloc(0))
    throw cause
  }
}

function writing(socket: SocketBytes, sizeBytes: number): DiskWriter {
  let cookie = 0n
  const ask = async (
    command: number,
    offset: number,
    { bytes, length }: { readonly bytes: Buffer; readonly length: number },
  ): Promise<void> => {
    cookie += 1n
    socket.send(requestOf({ command, cookie, offset, length }))
    if (bytes.length > 0) socket.send(bytes)
    await simpleReply(socket, cookie)
  }
  return {
    sizeBytes,
    write: async (offset, bytes) => ask(commands.write, offset, { bytes, length: bytes.length }),
    flush: async () => ask(commands.flush, 0, { bytes: Buffer.alloc(0), length: 0 }),
    close() {
      socket.close(requestOf({ command: commands.disconnect, cookie: 0n, offset: 0, length: 0 }))
    },
  }
}

function requestOf(what: { readonly command: number; readonly cookie: bigint; readonly offset: number; readonly length: number }): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(magics.request, 0)
  bytes.writeUInt16BE(what.command, 6)
  bytes.writeBigUInt64BE(what.cookie, 8)
  bytes.writeBigUInt64BE(BigInt(what.offset), 16)
  bytes.writeUInt32BE(what.length, 24)
  return bytes
}

/** Of what answers with no data the reply may be simple, structured replies agreed or not ("Simple reply message"), and here it always is. */
async function simpleReply(socket: SocketBytes, cookie: bigint): Promise<void> {
  const head = await socket.take(16)
  const magic = head.readUInt32BE(0)
  if (magic === magics.simpleReply && head.readBigUInt64BE(8) === cookie) {
    const error = head.readUInt32BE(4)
    if (error !== 0) throw new Error(`the disk does not take it: error ${error}`)
    return
  }
  throw new Error('no reply to the request that was sent')
}
