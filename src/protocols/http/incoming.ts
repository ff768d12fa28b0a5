import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestTimeoutMs, streamedBytesPerSecondMin } from '#model/limits.ts'
import { Problem } from '#model/problem.ts'
import type { WireRequest } from './request.ts'

/** What an operation that takes its body as it comes may read no more of is thrown away to here; then the connection goes. */
const discardedBytesMax = 16 * 1024 * 1024

/** The client waits to be told that its body is wanted (RFC 9110 10.1.1). */
export const waitsToBeAsked = (message: IncomingMessage): boolean => message.headers.expect?.toLowerCase() === '100-continue'

/**
 * The body as it comes, no faster than it is taken. Nothing of it is asked for before its first byte is wanted. What the operation waits for
 * it is told in the request: the operation's own time does not run meanwhile. Raises `BodyIncomplete`, `BodyTooSlow`.
 */
export function incomingBody(message: IncomingMessage, response: ServerResponse, request: WireRequest): AsyncIterable<Uint8Array> {
  return (async function* pieces() {
    if (waitsToBeAsked(message)) response.writeContinue()
    const iterator: AsyncIterator<Uint8Array> = message.iterator({ destroyOnReturn: false })
    for (let length = 0; ;) {
      const allowedMs = requestTimeoutMs + (length / streamedBytesPerSecondMin) * 1_000
      const piece = await timed(request, async () => within(allowedMs - request.waitedMs, iterator, message))
      if (piece.done === true) return
      length += piece.value.length
      yield piece.value
    }
  })()
}

async function timed<T>(request: WireRequest, wait: () => Promise<T>): Promise<T> {
  const began = performance.now()
  try {
    return await wait()
  } finally {
    request.waitedMs += performance.now() - began
  }
}

async function within(ms: number, iterator: AsyncIterator<Uint8Array>, message: IncomingMessage): Promise<IteratorResult<Uint8Array>> {
  const state = { slow: false }
  const timer = setTimeout(
    () => {
      state.slow = true
      message.destroy()
    },
    Math.max(0, Math.min(ms, requestTimeoutMs)),
  )
  try {
    return await iterator.next()
  } catch (cause) {
    throw new Problem({ code: state.slow ? 'BodyTooSlow' : 'BodyIncomplete' }, { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** What was answered before its body was read: a little is thrown away, for more, or for what comes slowly, the connection is not kept. */
export function discard(message: IncomingMessage): void {
  const timer = setTimeout(() => message.destroy(), requestTimeoutMs)
  let length = 0
  message.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > discardedBytesMax) message.destroy()
  })
  message.on('close', () => clearTimeout(timer))
}
