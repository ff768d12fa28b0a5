import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { publicAddressOf } from '#adapters/system/public-address.ts'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { createProxy } from '#protocols/proxy/server.ts'
import { discoveryHost } from '#protocols/proxy/target.ts'

export interface ExecProxy {
  readonly url: string
  /** Hosts and how often. */
  readonly served: Readonly<Record<string, number>>
  readonly refused: Readonly<Record<string, number>>
  /** PEM: the root that the public names' certificate is under, where they lead here. */
  readonly publicRoot?: string
  close(): void
}

/**
 * The proxy of one command: names of the instance go to its TLS port, the hosts of `--pass` outside, nothing else anywhere. With `publicNames`
 * those of the public cloud lead to the instance too, under an authority that ends with the command (people.md 0.1 decision 7).
 */
export async function openExecProxy(how: {
  readonly domain: string
  readonly tlsPort: number
  /** The instance's own, where it has one: instance discovery is answered behind it (people.md 0.1 decision 6). */
  readonly instanceProxy: URL | undefined
  readonly pass: readonly string[]
  /** `ca`: PEM of the instance's own root. */
  readonly publicNames?: { readonly ca: string } | undefined
}): Promise<ExecProxy> {
  const { instanceProxy } = how
  // Loaded where it is asked for: it makes certificates.
  const gateway = how.publicNames && (await (await import('./public-gateway.ts')).openGateway({ ...how, ...how.publicNames }))
  const served: Record<string, number> = {}
  const refused: Record<string, number> = {}
  const count = (of: Record<string, number>, host: string): void => {
    of[host] = (of[host] ?? 0) + 1
  }
  const proxy = createProxy({
    domain: how.domain,
    tlsPort: how.tlsPort,
    discoveryAlias: instanceProxy !== undefined,
    ...(gateway !== undefined && { publicHost: gateway.names.ownOf }),
    pass: new Set(how.pass.map(host => host.toLowerCase())),
    onRefused: host => count(refused, host),
    onTunnel(socket, target) {
      count(served, target.host)
      if (target.to === 'outside') void outside(socket, target)
      else if (target.to === 'public') gateway?.server.emit('connection', socket)
      else if (target.to === 'discovery' && instanceProxy !== undefined)
        throughInstance(socket, instanceProxy, () => count(refused, target.host))
      else join(socket, connect({ host: '127.0.0.1', port: how.tlsPort }))
    },
  })
  const { port } = await listenLoopback(proxy.server, 0)
  return {
    url: `http://127.0.0.1:${port}`,
    served,
    refused,
    ...(gateway !== undefined && { publicRoot: gateway.rootPem }),
    close() {
      proxy.stop()
      gateway?.server.close()
    },
  }
}

function join(near: Duplex, far: Duplex): void {
  far.on('error', () => near.destroy())
  near.on('error', () => far.destroy())
  near.on('close', () => far.destroy())
  near.pipe(far).pipe(near)
}

/** An instance without the alias refuses: the command is told so at its end, like of every other host. */
function throughInstance(socket: Duplex, proxy: URL, onRefused: () => void): void {
  const tunnel = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: `${discoveryHost}:443` })
  const giveUp = (): void => {
    onRefused()
    socket.destroy()
  }
  tunnel.on('connect', (response, far, head) => {
    if (response.statusCode !== 200) {
      far.destroy()
      giveUp()
      return
    }
    if (head.length > 0) far.unshift(head)
    join(socket, far)
  })
  tunnel.on('response', giveUp)
  tunnel.on('error', giveUp)
  tunnel.end()
}

async function outside(socket: Duplex, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const address = await publicAddressOf(host).catch(() => undefined)
  if (address === undefined) socket.destroy()
  else join(socket, connect({ host: address, port }))
}
