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
export const listenLoopback = async (server: Server, port: number): Promise<LoopbackListener> =>
  listenOn(server, { port, address: undefined })

/** On loopback, and beyond it at an address of the machine's, or at all of them. Rejects with `EADDRINUSE`, `EADDRNOTAVAIL`. */
export async function listenOn(
  server: Server,
  { port, address }: { readonly port: number; readonly address: string | undefined },
): Promise<LoopbackListener> {
  const hosts = hostsOf(address)
  for (let tries = 1; ; tries++) {
    server.listen({ host: hosts.first, port })
    await once(server, 'listening')
    const bound = server.address()
    const found = typeof bound === 'object' && bound !== null ? bound.port : port
    try {
      const others: (Server | undefined)[] = []
      for (const host of hosts.others) others.push(await another(server, { host, port: found }))
      return {
        port: found,
        close() {
          server.close()
          for (const other of others) other?.close()
        },
      }
    } catch (error) {
      server.close()
      await once(server, 'close')
      if (port !== 0 || tries === triesMax) throw error
    }
  }
}

/** All addresses hold loopback's: `::` of both families. */
function hostsOf(address: string | undefined): { readonly first: string; readonly others: readonly string[] } {
  if (address === '::') return { first: '::', others: [] }
  if (address === '0.0.0.0') return { first: '0.0.0.0', others: ['::1'] }
  const beyond = address === undefined || address === '127.0.0.1' || address === '::1' ? [] : [address]
  return { first: '127.0.0.1', others: ['::1', ...beyond] }
}

/** Hands its connections to the first: limits and time-outs are kept in one place. */
async function another(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<Server | undefined> {
  // As the first one's own sockets are made: http answers a client that has sent its last byte, TLS does not.
  const second = createServer({ allowHalfOpen: !(server instanceof TlsServer), noDelay: true }, socket => server.emit('connection', socket))
  second.listen({ host, port, ipv6Only: true })
  try {
    await once(second, 'listening')
    server.once('close', () => second.close())
    return second
  } catch (error) {
    // A machine without IPv6 has no ::1; an address that somebody named must be there.
    if (host === '::1' && Error.isError(error) && 'code' in error && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'))
      return undefined
    throw error
  }
}
