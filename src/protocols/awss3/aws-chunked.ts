import { createHash, hash } from 'node:crypto'
import { Problem } from '#model/problem.ts'
import type { Verified } from '#protocols/aws/authenticate.ts'
import { isSignature, scopeText } from '#protocols/aws/signing-key.ts'
import { refused } from './refusals.ts'

/** Of one chunk with its size and signature, of all trailers together. */
const lineBytesMax = 16 * 1024
const chunkBytesMax = 1024 * 1024 * 1024

export interface ChunkedBody {
  /** Who signs the chunks, if they are signed. */
  readonly signed: Verified | undefined
  /** Trailers, by names in lower case: there when all bytes have come. */
  readonly trailers: Map<string, string>
  /** A trailer is announced: the last chunk is followed by some. */
  readonly trailing: boolean
}

const incomplete = (): Problem => new Problem({ code: 'BodyIncomplete' })
const malformedChunk = (): Problem => refused('InvalidChunkSizeError', 'The chunk size is not valid.')

/**
 * Takes the chunks off a body that is sent as `aws-chunked`, and holds each to its signature, which is over the one before it (SigV4,
 * "Signature calculations for the Authorization header: transferring payload in multiple chunks"). What was passed on of a chunk whose signature
 * is wrong is refused with the whole. Raises `SignatureMismatch`, `BodyIncomplete`, `StorageRefused`.
 */
export async function* withoutChunks(incoming: AsyncIterable<Uint8Array>, body: ChunkedBody): AsyncGenerator<Uint8Array> {
  const reader = readerOf(incoming)
  let before = body.signed?.signature
  for (;;) {
    const { size, signature } = chunkHead(await reader.line())
    const digest = body.signed && createHash('sha256')
    for (let left = size; left > 0;) {
      const piece = await reader.some(left)
      left -= piece.length
      digest?.update(piece)
      yield piece
    }
    if (body.signed !== undefined && digest !== undefined)
      before = verified(body.signed, before, { kind: 'PAYLOAD', digest: `${emptyDigest}\n${digest.digest('hex')}`, signature })
    if (size === 0) break
    if ((await reader.line()) !== '') throw malformedChunk()
  }
  await readTrailers(reader, body, before)
}

const emptyDigest = hash('sha256', '', 'hex')

function chunkHead(line: string): { readonly size: number; readonly signature: string | undefined } {
  const [, hex = '', signature] = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? []
  const size = Number.parseInt(hex, 16)
  if (Number.isNaN(size) || size > chunkBytesMax) throw malformedChunk()
  return { size, signature }
}

function verified(
  { sign, date, scope }: Verified,
  before: string | undefined,
  { kind, digest, signature }: { readonly kind: 'PAYLOAD' | 'TRAILER'; readonly digest: string; readonly signature: string | undefined },
): string {
  const text = `AWS4-HMAC-SHA256-${kind}\n${date}\n${scopeText(scope)}\n${before ?? ''}\n${digest}`
  const own = sign(text)
  if (!isSignature(own, signature?.toLowerCase() ?? '')) throw new Problem({ code: 'SignatureMismatch' })
  return own
}

async function readTrailers(reader: Reader, { signed, trailers, trailing }: ChunkedBody, before: string | undefined): Promise<void> {
  let canonical = ''
  let length = 0
  for (let line = await reader.line(true); line !== ''; line = await reader.line(true)) {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    length += line.length
    if (colon < 1 || trailers.has(name) || length > lineBytesMax)
      throw refused('MalformedTrailerError', 'The request contained trailing data that was not well-formed.')
    trailers.set(name, value)
    if (name !== 'x-amz-trailer-signature') canonical += `${name}:${value}\n`
  }
  if (signed === undefined || !trailing) return
  verified(signed, before, {
    kind: 'TRAILER',
    digest: hash('sha256', canonical, 'hex'),
    signature: trailers.get('x-amz-trailer-signature'),
  })
}

interface Reader {
  /** Up to the next CRLF, without it. `orEnd`: nothing more is an empty line. */
  line(orEnd?: boolean): Promise<string>
  /** At most so many bytes, at least one. */
  some(most: number): Promise<Uint8Array>
}

function readerOf(incoming: AsyncIterable<Uint8Array>): Reader {
  const iterator = incoming[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  async function more(): Promise<boolean> {
    const next = await iterator.next()
    if (next.done === true) return false
    held = held.length === 0 ? Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length) : Buffer.concat([held, next.value])
    return true
  }
  return {
    async line(orEnd = false) {
      for (;;) {
        const end = held.indexOf('\r\n')
        if (end >= 0) {
          const line = held.toString('latin1', 0, end)
          held = held.subarray(end + 2)
          return line
        }
        if (held.length > lineBytesMax) throw malformedChunk()
        if (await more()) continue
        if (orEnd && held.length === 0) return ''
        throw incomplete()
      }
    },
    async some(most) {
      while (held.length === 0) if (!(await more())) throw incomplete()
      const taken = held.subarray(0, most)
      held = held.subarray(taken.length)
      return taken
    },
  }
}
