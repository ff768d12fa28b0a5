import type { BlockDevice, Extent } from '#domain/disks/block-device.ts'
import { chunkHeaderBytes, dataChunkBytes, holeChunkBytes, simpleBytes, writeChunk, writeOffset, writeSimple } from './replies.ts'
import type { ReplyQueue } from './reply-queue.ts'
import type { Request } from './request.ts'
import { chunkTypes, commandFlags } from './wire.ts'

/** Holes shorter than this travel as zeroes: a chunk of their own would cost the client more. */
const holeBytesMin = 4096

/** Reads into the reply itself. Throws what the device throws, with nothing of the reply left behind. */
export function replyRead(
  replies: ReplyQueue,
  device: BlockDevice,
  { request, structured }: { readonly request: Request; readonly structured: boolean },
): void {
  if (!structured) return readSimple(replies, device, request)
  const whole: Part = { offset: request.offset, length: request.length, hole: false, mixed: true }
  const parts = (request.flags & commandFlags.doNotFragment) !== 0 ? [whole] : partsOf(device.extents(request.offset, request.length))
  const total = parts.reduce((sum, part) => sum + sizeOf(part), 0)
  const into = replies.reserve(total)
  keepOrTakeBack(replies, total, () => {
    let at = 0
    parts.forEach((part, index) => {
      const chunk = into.subarray(at, at + sizeOf(part))
      at += chunk.length
      const payload = chunk.length - chunkHeaderBytes
      writeChunk(chunk, request.cookie, {
        type: part.hole ? chunkTypes.offsetHole : chunkTypes.offsetData,
        last: index === parts.length - 1,
        payload,
      })
      writeOffset(chunk, part.offset)
      if (part.hole) chunk.writeUInt32BE(part.length, dataChunkBytes)
      else if (part.mixed) device.read(part.offset, chunk.subarray(dataChunkBytes))
      else device.readData(part.offset, chunk.subarray(dataChunkBytes))
    })
  })
}

function readSimple(replies: ReplyQueue, device: BlockDevice, { cookie, offset, length }: Request): void {
  const into = replies.reserve(simpleBytes + length)
  keepOrTakeBack(replies, into.length, () => {
    device.read(offset, into.subarray(simpleBytes))
    writeSimple(into, cookie, 0)
  })
}

/** `mixed`: data with short holes in it. */
interface Part extends Extent {
  readonly mixed: boolean
}

const sizeOf = (part: Part): number => (part.hole ? holeChunkBytes : dataChunkBytes + part.length)

function keepOrTakeBack(replies: ReplyQueue, length: number, fill: () => void): void {
  let kept = false
  try {
    fill()
    kept = true
  } finally {
    if (!kept) replies.takeBack(length)
  }
}

/** Content chunks of a read: data with the short holes in it, and the long holes. */
function partsOf(extents: Iterable<Extent>): readonly Part[] {
  const parts: Part[] = []
  for (const { offset, length, hole } of extents) {
    const short = hole && length < holeBytesMin
    const part = { offset, length, hole: hole && !short, mixed: short }
    const last = parts.at(-1)
    if (last !== undefined && !last.hole && !part.hole) parts[parts.length - 1] = { ...last, length: last.length + length, mixed: true }
    else parts.push(part)
  }
  return parts
}
