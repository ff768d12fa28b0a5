import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { proxyAutoConfig } from './auto-config.ts'
import { judgeTarget, type ServedNames, type Target } from './target.ts'

/** people.md 0.6. */
const headBytesMax = 8 * 1024
const headTimeoutDefaultMs = 5_000
const tunnelsMaxDefault = 1_000

export interface ProxyOptions extends ServedNames {
  /** Takes the accepted socket as if it had come in on the TLS port: `tlsServer.emit('connection', socket)`. The peer address stays true. */
  readonly onTunnel: (socket: Duplex, target: Exclude<Target, { readonly to: 'nobody' }>) => void
  /** Who was refused: `exec` tells it at its end. */
  readonly onRefused?: (host: string) => void
  readonly tunnelsMax?: number
  readonly headTimeoutMs?: number
}

export interface Proxy {
  /** Not yet listening. */
  readonly server: Server
  counts(): { readonly open: number; readonly served: number; readonly refused: number }
  /** Ends every tunnel. */
  stop(): void
}

/** The name-aware CONNECT proxy: one variable brings an unmodified client here, and nowhere else. It grants nothing that the TLS port does not. */
export function createProxy(options: ProxyOptions): Proxy {
  const open = new Set<Duplex>()
  const count = { served: 0, refused: 0 }
  const server = createServer(
    // Old clients say CONNECT in HTTP/1.0, without a Host.
    { maxHeaderSize: headBytesMax, ...headTimeouts(options.headTimeoutMs ?? headTimeoutDefaultMs), requireHostHeader: false },
    (request, response) => answerRequest(request, response, options.domain),
  )
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that goes away is no matter of ours; without a listener it would be the process's.
    socket.on('error', () => socket.destroy())
    const target = judgeTarget(request.url ?? '', options)
    if (target.to === 'nobody' || open.size >= (options.tunnelsMax ?? tunnelsMaxDefault)) {
      count.refused++
      options.onRefused?.(target.host)
      refuse(socket, target)
      return
    }
    count.served++
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.write('HTTP/1.1 200 Connection-Established\r\n\r\n')
    // What came with the head is the beginning of the ClientHello.
    if (head.length > 0) socket.unshift(head)
    // A TLS socket copies this: half open, a client that goes away in the handshake would hold its tunnel for two minutes.
    socket.allowHalfOpen = false
    options.onTunnel(socket, target)
  })
  return {
    server,
    counts: () => ({ open: open.size, ...count }),
    stop() {
      server.close()
      server.closeAllConnections()
      for (const socket of open) socket.destroy()
    },
  }
}

/** node:http looks at its connections at intervals: a late one is found a tenth later. */
const headTimeouts = (ms: number) => ({ headersTimeout: ms, requestTimeout: ms, connectionsCheckingInterval: ms / 10 })

/** The cause stands in the reason phrase and the remedy in the body (people.md 0.5): some clients show one, some the other. */
function refuse(socket: Duplex, target: Target): void {
  const [status, remedy] =
    target.to === 'nobody'
      ? [
          `403 ${target.reason}`,
          `${target.host === '' ? 'That name' : target.host} is not served here. Let it through: keystead exec --pass HOST -- COMMAND`,
        ]
      : ['503 Too-many-tunnels', 'Too many connections are open through this proxy. Try again.']
  const body = `${remedy}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function answerRequest(request: IncomingMessage, response: ServerResponse, domain: string): void {
  const host = request.headers.host ?? ''
  const address = request.socket.localPort === undefined ? undefined : loopbackHost(host, request.socket.localPort)
  if (request.method === 'GET' && request.url === '/proxy.pac' && address !== undefined) {
    response.writeHead(200, {
      'content-type': 'application/x-ns-proxy-autoconfig',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(proxyAutoConfig(domain, address))
    return
  }
  // Plain http through this proxy would leave in the clear.
  response.writeHead(405, { allow: 'CONNECT', connection: 'close', 'content-type': 'text/plain; charset=utf-8' })
  response.end('This proxy answers CONNECT, and GET /proxy.pac at its own address.\n')
}

/** A page elsewhere that has bound its name to loopback asks with that name. */
function loopbackHost(host: string, port: number): string | undefined {
  const [, name] = /^(localhost|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(host.toLowerCase()) ?? []
  return name !== undefined && host.endsWith(`:${port}`) ? `${name}:${port}` : undefined
}
