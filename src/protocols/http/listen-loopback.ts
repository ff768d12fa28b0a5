import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'

export interface LoopbackListener {
  /** The one that was asked for, or the free one that was found. */
  readonly port: number
  /** Takes no more connections; those that stand are the server's own matter. */
  close(): void
}

/** A free port of one family may be taken in the other. */
const triesMax = 8

/** Listens on 127.0.0.1 and, where the machine has it, on ::1, on one port: `localhost` is either. Port 0: a free one. Rejects with `EADDRINUSE`. */
export async function listenLoopback(server: Server, port: number): Promise<LoopbackListener> {
  for (let tries = 1; ; tries++) {
    server.listen({ host: '127.0.0.1', port })
    await once(server, 'listening')
    const address = server.address()
    const found = typeof address === 'object' && address !== null ? address.port : port
    try {
      const second = await secondFamily(server, found)
      return {
        port: found,
        close() {
          server.close()
          second?.close()
        },
      }
    } catch (error) {
      server.close()
      await once(server, 'close')
      if (port !== 0 || tries === triesMax) throw error
    }
  }
}

/** Hands its connections to the first: limits and time-outs are kept in one place. */
async function secondFamily(server: Server, port: number): Promise<Server | undefined> {
  // As the first one's own sockets are made: http answers a client that has sent its last byte, TLS does not.
  const second = createServer({ allowHalfOpen: !(server instanceof TlsServer), noDelay: true }, socket => server.emit('connection', socket))
  second.listen({ host: '::1', port, ipv6Only: true })
  try {
    await once(second, 'listening')
    server.once('close', () => second.close())
    return second
  } catch (error) {
    if (Error.isError(error) && 'code' in error && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) return undefined
    throw error
  }
}
