import type { Extent } from '#domain/disks/block-device.ts'
import { errors } from './problems.ts'
import type { ErrorName } from './problems.ts'
import type { ReplyQueue } from './reply-queue.ts'
import { chunkDone, chunkTypes, holeOfZeroes, magics } from './wire.ts'

/** Eight opaque bytes of the client's, kept as two numbers: a BigInt a request would cost more than the rest of the header. */
export interface Cookie {
  readonly high: number
  readonly low: number
}

export const simpleBytes = 16
export const chunkHeaderBytes = 20
const offsetBytes = 8
export const dataChunkBytes = chunkHeaderBytes + offsetBytes
export const holeChunkBytes = chunkHeaderBytes + offsetBytes + 4

export function writeSimple(into: Buffer, cookie: Cookie, error: number): void {
  into.writeUInt32BE(magics.simpleReply, 0)
  into.writeUInt32BE(error, 4)
  into.writeUInt32BE(cookie.high, 8)
  into.writeUInt32BE(cookie.low, 12)
}

export interface Chunk {
  readonly type: number
  readonly last: boolean
  readonly payload: number
}

export function writeChunk(into: Buffer, cookie: Cookie, chunk: Chunk): void {
  into.writeUInt32BE(magics.structuredReply, 0)
  into.writeUInt16BE(chunk.last ? chunkDone : 0, 4)
  into.writeUInt16BE(chunk.type, 6)
  into.writeUInt32BE(cookie.high, 8)
  into.writeUInt32BE(cookie.low, 12)
  into.writeUInt32BE(chunk.payload, 16)
}

export function replySimple(replies: ReplyQueue, cookie: Cookie, error: ErrorName | 'none'): void {
  writeSimple(replies.reserve(simpleBytes), cookie, error === 'none' ? 0 : errors[error])
}

/** Only where structured replies are agreed: the error of a read or of a block status. */
export function replyError(replies: ReplyQueue, cookie: Cookie, error: ErrorName): void {
  const into = replies.reserve(chunkHeaderBytes + 6)
  writeChunk(into, cookie, { type: chunkTypes.error, last: true, payload: 6 })
  into.writeUInt32BE(errors[error], chunkHeaderBytes)
  into.writeUInt16BE(0, chunkHeaderBytes + 4)
}

export function replyBlockStatus(
  replies: ReplyQueue,
  cookie: Cookie,
  status: { readonly context: number; readonly extents: readonly Extent[] },
): void {
  const payload = 4 + status.extents.length * 8
  const into = replies.reserve(chunkHeaderBytes + payload)
  writeChunk(into, cookie, { type: chunkTypes.blockStatus, last: true, payload })
  into.writeUInt32BE(status.context, chunkHeaderBytes)
  status.extents.forEach((extent, index) => {
    into.writeUInt32BE(extent.length, chunkHeaderBytes + 4 + index * 8)
    into.writeUInt32BE(extent.hole ? holeOfZeroes : 0, chunkHeaderBytes + 8 + index * 8)
  })
}

/** Offset of a content chunk, written after its header. */
export function writeOffset(into: Buffer, offset: number): void {
  into.writeUInt32BE(Math.floor(offset / 0x1_0000_0000), chunkHeaderBytes)
  into.writeUInt32BE(offset % 0x1_0000_0000, chunkHeaderBytes + 4)
}
