import { createHash, hash } from 'node:crypto'
import { crcs } from '#crypto/crc.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { digesting } from '#domain/objects/digests.ts'
import type { Verified } from '#protocols/aws/authenticate.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { withoutChunks } from './aws-chunked.ts'
import { announced, announcedMd5, refuseOtherBytes, wantedDigests } from './checksums.ts'
import { invalidRequest, refused } from './refusals.ts'

/** One PUT, one part. */
const payloadBytesMax = 5 * 1024 * 1024 * 1024

export interface Payload {
  readonly bytes: AsyncIterable<Uint8Array>
  /** As it is announced. */
  readonly length: number
  readonly trailers: ReadonlyMap<string, string>
}

const forms = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailing: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailing: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailing: true },
} as const
type Form = keyof typeof forms
const isForm = (text: string): text is Form => Object.hasOwn(forms, text)

const otherHash = (): Problem =>
  refused('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.")

/**
 * The bytes of an object as they come, held to what was signed of them: by their hash, chunk by chunk, or not at all where the client says so.
 * What is wrong shows when all have come, and refuses them all. Raises `StorageRefused`, `SignatureMismatch`, `BodyIncomplete`.
 */
export async function payloadOf(call: Call, request: WireRequest, incoming: AsyncIterable<Uint8Array>): Promise<Payload> {
  const said = request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  const trailers = new Map<string, string>()
  if (isForm(said)) {
    const { signed, trailing } = forms[said]
    const length = lengthIn(request.header('x-amz-decoded-content-length'))
    const chunked = { signed: signed ? await signatureOf(call) : undefined, trailing, trailers }
    return { bytes: exactly(withoutChunks(incoming, chunked), length), length, trailers }
  }
  if (said.startsWith('STREAMING-')) throw invalidRequest(`The value of x-amz-content-sha256 is not supported: ${said.slice(0, 64)}`)
  const length = lengthIn(request.header('content-length') ?? (request.hasBody ? undefined : '0'))
  const bytes = exactly(incoming, length)
  if (said === 'UNSIGNED-PAYLOAD') return { bytes, length, trailers }
  if (!/^[0-9a-f]{64}$/.test(said))
    throw refused('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.')
  return { bytes: hashed(bytes, said), length, trailers }
}

/** What the pipeline verified of the request's head: kept for the call, never computed here. */
const signatureOf = async (call: Call): Promise<Verified> =>
  call.once<Verified>('signature', async () => {
    throw new Problem({ code: 'SignatureMissing' })
  })

function lengthIn(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text))
    throw refused('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411)
  const length = Number(text)
  if (length > payloadBytesMax) throw refused('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
  return length
}

async function* exactly(incoming: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let come = 0
  for await (const piece of incoming) {
    come += piece.length
    if (come > length) throw new Problem({ code: 'BodyIncomplete' })
    yield piece
  }
  if (come !== length) throw new Problem({ code: 'BodyIncomplete' })
}

async function* hashed(incoming: AsyncIterable<Uint8Array>, said: string): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  for await (const piece of incoming) {
    digest.update(piece)
    yield piece
  }
  if (digest.digest('hex') !== said) throw otherHash()
}

/** The same of a body that was collected. */
export function refuseOtherHash(request: WireRequest, bytes: Uint8Array): void {
  const said = request.header('x-amz-content-sha256')
  if (said === undefined || said === 'UNSIGNED-PAYLOAD') return
  if (hash('sha256', bytes, 'hex') !== said) throw otherHash()
}

/** And to what it is said to be besides. `md5`: checksums in the head are the object's. Raises `StorageRefused`. */
export function refuseOtherDigests(request: WireRequest, bytes: Uint8Array, held: 'all' | 'md5' = 'all'): void {
  const own = held === 'all' ? announced(request) : announcedMd5(request)
  refuseOtherBytes(
    own,
    digesting({ startCrc: name => crcs[name].start() }, wantedDigests(own, { checksum: own.checksum, md5: false })).of(Buffer.from(bytes)),
    new Map(),
  )
}
