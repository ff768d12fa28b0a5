// What goes through the pipes of native/token-host.c; its head says how a frame is laid out.
import type { Bytes } from '#model/brands.ts'

export const verbs = { open: 1, find: 2, generate: 3, seal: 4, unseal: 5, destroy: 6, random: 7 } as const
export type Verb = keyof typeof verbs

export interface Answer {
  readonly number: number
  readonly by: 'done' | 'module' | 'host'
  /** Of a failure: CKR_* of the module, or one of the host's own. */
  readonly code: number
  readonly fields: readonly Bytes[]
}

const answerers = ['done', 'module', 'host'] as const
const headBytes = 9
/** No answer of the host is longer. */
const frameMax = 1 << 18

/** The caller zeroes it once it is written. */
export function requestFrame(number: number, verb: Verb, fields: readonly Bytes[]): Buffer {
  const frame = Buffer.alloc(fields.reduce((sum, field) => sum + 4 + field.length, headBytes))
  frame.writeUInt32BE(frame.length - 4)
  frame.writeUInt32BE(number, 4)
  frame.writeUInt8(verbs[verb], 8)
  let at = headBytes
  for (const field of fields) {
    frame.set(field, frame.writeUInt32BE(field.length, at))
    at += 4 + field.length
  }
  return frame
}

/** Takes the pipe's chunks and hands on whole answers; throws where what comes is none. Chunks are zeroed: keys were in them. */
export function answerReader(onAnswer: (answer: Answer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  return chunk => {
    const joined = Buffer.concat([pending, chunk])
    pending.fill(0)
    chunk.fill(0)
    let at = 0
    while (joined.length - at >= 4) {
      const length = joined.readUInt32BE(at)
      if (length < headBytes || length > frameMax) throw new Error('what came is no frame')
      if (joined.length - at - 4 < length) break
      onAnswer(answerOf(joined.subarray(at + 4, at + 4 + length)))
      at += 4 + length
    }
    pending = Buffer.from(joined.subarray(at))
    joined.fill(0)
  }
}

/** The fields are copies. */
function answerOf(frame: Buffer): Answer {
  const by = answerers[frame.readUInt8(4)]
  if (by === undefined) throw new Error('an answer of nobody')
  const fields: Bytes[] = []
  let at = headBytes
  while (at < frame.length) {
    const end = at + 4 + frame.readUInt32BE(at)
    if (end > frame.length) throw new Error('a field that is cut short')
    fields.push(Uint8Array.from(frame.subarray(at + 4, end)))
    at = end
  }
  return { number: frame.readUInt32BE(0), by, code: frame.readUInt32BE(5), fields }
}
