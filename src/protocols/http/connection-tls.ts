import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** What a connection agreed on: protocol version, and the cipher suite by its name of the RFCs. */
export interface ConnectionTls {
  readonly version: string
  readonly cipher: string
}

export type TlsOf = (socket: Socket) => ConnectionTls | undefined

/** Asked of OpenSSL once a connection: TLS 1.3 agrees once and never again (RFC 8446 4.1); what is older may, and is asked each time. */
export function connectionTls(): TlsOf {
  const known = new WeakMap<Socket, ConnectionTls>()
  return socket => {
    const already = known.get(socket)
    if (already !== undefined) return already
    const asked = socket instanceof TLSSocket ? agreed(socket) : undefined
    if (asked?.version === 'TLSv1.3') known.set(socket, asked)
    return asked
  }
}

function agreed(socket: TLSSocket): ConnectionTls | undefined {
  const version = socket.getProtocol()
  return version === null ? undefined : { version, cipher: socket.getCipher().standardName }
}
