// For tests alone: a receiver of messages as somebody runs one, over TLS with a certificate of its own authority.
import { once } from 'node:events'
import { createServer } from 'node:https'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { loopbackRanges } from '#adapters/tls/name-constraints.ts'

export interface Received {
  readonly at: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly ca: string
  readonly received: readonly Received[]
  /** So many of the next messages are refused. */
  refuse(count: number): void
  /** Resolves with the message of that number, counted from 0. */
  message(number: number): Promise<Received>
}

export interface Reply {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `reply`: what is said to a message instead of nothing; it does not count as received. */
export async function webhookReceiver(reply: (one: Received) => Reply | undefined = () => undefined): Promise<Receiver> {
  const making = { now: systemClock.now(), random: systemRandom() }
  const authority = await makeAuthority({ dns: ['receiver.test'], ip: loopbackRanges }, making)
  const leaf = await issueLeaf(authority, { dns: ['receiver.test'], ip: ['127.0.0.1'], days: 1 }, making)
  const received: Received[] = []
  const waiting = new Map<number, PromiseWithResolvers<Received>>()
  let refusals = 0
  const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const one = { at: systemClock.monotonic(), headers, body: Buffer.concat(pieces).toString('utf8') }
      const said = reply(one)
      if (said !== undefined) {
        response.writeHead(200, said.headers).end(said.body)
        return
      }
      received.push(one)
      response.writeHead(refusals > 0 ? 500 : 204).end()
      refusals = Math.max(0, refusals - 1)
      waiting.get(received.length - 1)?.resolve(one)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  return {
    url: `https://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/alarm`,
    ca: authority.rootPem,
    received,
    refuse: count => void (refusals = count),
    async message(number) {
      const already = received[number]
      if (already !== undefined) return already
      return waiting.getOrInsertComputed(number, () => Promise.withResolvers<Received>()).promise
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
