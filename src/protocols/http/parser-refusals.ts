import type { IncomingMessage, Server as PlainServer } from 'node:http'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What llhttp does not take, and what came too slowly: Node answers it itself and says so by the error that it ends the connection with. */
const isRefusal = (error: NodeJS.ErrnoException): boolean =>
  error.code?.startsWith('HPE_') === true || error.code === 'ERR_HTTP_REQUEST_TIMEOUT'

/**
 * Counts what never became a request: there is nobody to name in an entry (security-and-reliability.md 4.1). On the socket, not as
 * `clientError`: who listens to that one must answer in Node's stead, and cannot see whether an answer is under way.
 */
export function countParserRefusals(server: Server | PlainServer): () => number {
  let refused = 0
  const watch = (socket: Socket): void => {
    socket.on('error', error => {
      if (isRefusal(error)) refused += 1
    })
  }
  server.on('setSecureContext' in server ? 'secureConnection' : 'connection', watch)
  // Nothing is tunnelled here: the connection ends without an answer, as it would without a listener.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    refused += 1
    socket.destroy()
  })
  return () => refused
}
