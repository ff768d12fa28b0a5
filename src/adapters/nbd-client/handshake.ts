import { handshakeFlags, infoExport, magics, optionError, optionReplies, options, textBytesMax } from './numbers.ts'
import type { SocketBytes } from './socket-bytes.ts'

/** Agrees on structured replies and enters the transmission of an export; resolves with its size. Rejects with the server's words where it refuses. */
export async function negotiate(socket: SocketBytes, exportName: string): Promise<number> {
  const greeting = await socket.take(18)
  const flags = greeting.readUInt16BE(16)
  const agreed = handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes
  if (greeting.readBigUInt64BE(0) !== magics.init || greeting.readBigUInt64BE(8) !== magics.option || (flags & agreed) !== agreed)
    throw new Error('no NBD server of the fixed newstyle')
  const ours = Buffer.alloc(4)
  ours.writeUInt32BE(agreed)
  socket.send(ours)
  socket.send(optionOf(options.structuredReply, Buffer.alloc(0)))
  await repliesTo(socket, options.structuredReply)
  socket.send(optionOf(options.go, goData(exportName)))
  const about = (await repliesTo(socket, options.go)).find(info => info.length === 12 && info.readUInt16BE(0) === infoExport)
  if (about === undefined) throw new Error('an export without a size')
  return Number(about.readBigUInt64BE(2))
}

function optionOf(option: number, data: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeBigUInt64BE(magics.option, 0)
  header.writeUInt32BE(option, 8)
  header.writeUInt32BE(data.length, 12)
  return Buffer.concat([header, data])
}

/** Name, and no information asked for: the server tells the size in any case ("NBD_OPT_GO"). */
function goData(exportName: string): Buffer {
  const name = Buffer.from(exportName)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(name.length)
  return Buffer.concat([length, name, Buffer.alloc(2)])
}

/** The information replies up to the acknowledgement. */
async function repliesTo(socket: SocketBytes, option: number): Promise<readonly Buffer[]> {
  const infos: Buffer[] = []
  for (;;) {
    const header = await socket.take(20)
    const type = header.readUInt32BE(12)
    const length = header.readUInt32BE(16)
    if (header.readBigUInt64BE(0) !== magics.optionReply || header.readUInt32BE(8) !== option || length > textBytesMax)
      throw new Error('no reply to the option that was sent')
    const data = await socket.take(length)
    if (type >= optionError) throw new Error(`the export is refused: ${data.toString('utf8')}`)
    if (type === optionReplies.ack) return infos
    if (type === optionReplies.info) infos.push(data)
  }
}
