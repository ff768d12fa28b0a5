import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Context } from '#domain/context.ts'
import type { HeldEndpoint } from '#domain/networks/connections.ts'
import type { Log } from '#ports/log.ts'

/** Where the TLS listener is, and how it takes a connection that another listener accepted. */
export interface TlsDoor {
  readonly port: number
  take(socket: Socket): void
}

/** The listeners of approved private endpoints: each its own address of loopback, behind which one vault is and nothing else. */
export interface PrivateLinks {
  /** May a request that came to this address of ours ask for this host? */
  reaches(localAddress: string, hostname: string): boolean
  /** Opens and closes as the records say, until `close`. Resolves when what there is stands. */
  follow(context: Context, door: TlsDoor): Promise<void>
  close(): Promise<void>
}

interface Listener {
  readonly hostname: string
  readonly server: Server
  readonly sockets: Set<Socket>
}

/** `domain`: below it the vaults have their names. */
export function createPrivateLinks({ domain, log }: { readonly domain: string; readonly log: Log }): PrivateLinks {
  const open = new Map<string, Listener>()
  let following: { readonly context: Context; readonly door: TlsDoor } | undefined
  let turn: Promise<void> = Promise.resolve()

  async function settle(): Promise<void> {
    const wanted = following === undefined ? new Map<string, string>() : wantedBy(following.context, domain)
    for (const [address, listener] of open) {
      if (wanted.get(address) === listener.hostname) continue
      open.delete(address)
      shut(listener)
    }
    if (following === undefined) return
    const { door } = following
    for (const [address, hostname] of wanted) {
      if (open.has(address)) continue
      try {
        open.set(address, await listen({ address, hostname, door, log }))
      } catch (cause) {
        // Not every system has all of 127.0.0.0/8 (macOS needs an alias): the endpoint stands, and nobody comes by it.
        log.error('private-endpoint.unreachable', cause)
      }
    }
  }

  const inTurn = async (): Promise<void> => {
    turn = turn.then(settle).catch((cause: unknown) => log.error('private-endpoint.failed', cause))
    return turn
  }

  return {
    reaches: (localAddress, hostname) => (open.get(localAddress)?.hostname ?? hostname) === hostname,
    async follow(context, door) {
      following = { context, door }
      const changed = (): void => {
        // An instance that was sealed and opened again has another context: this one's observers have nothing to say any more.
        if (following?.context === context) void inTurn()
      }
      context.privateEndpoints.observe(changed)
      context.privateEndpointConnections.observe(changed)
      return inTurn()
    },
    async close() {
      following = undefined
      return inTurn()
    },
  }
}

/** Addresses of endpoints that are let in, each with the one host that is behind it. */
function wantedBy(context: Context, domain: string): Map<string, string> {
  const approved = new Set(
    context.privateEndpointConnections
      .peek()
      .flatMap(({ value }) => (value.status === 'Approved' ? [keyOf(value.vaultId, value.name)] : [])),
  )
  const isIn = ({ value: { connection } }: HeldEndpoint): boolean => approved.has(keyOf(connection.vaultId, connection.connectionName))
  return new Map(
    context.privateEndpoints
      .peek()
      .filter(isIn)
      .map(({ value }) => [value.address, hostOf(value.connection.vaultId, domain)]),
  )
}

const keyOf = (vaultId: string, name: string): string => `${vaultId} ${name}`.toLowerCase()
const hostOf = (vaultId: string, domain: string): string => `${vaultId.slice(vaultId.lastIndexOf('/') + 1).toLowerCase()}.vault.${domain}`

interface Listening {
  readonly address: string
  readonly hostname: string
  readonly door: TlsDoor
  readonly log: Log
}

async function listen({ address, hostname, door, log }: Listening): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    door.take(socket)
  })
  server.listen({ host: address, port: door.port })
  await once(server, 'listening')
  // A connection that could not be accepted is no reason to end the process.
  server.on('error', cause => log.error('private-endpoint.accept', cause))
  return { hostname, server, sockets }
}

/** Whoever is connected is cut off: an endpoint that was rejected is no way in, not even for one more request. */
function shut({ server, sockets }: Listener): void {
  server.close()
  for (const socket of sockets) socket.destroy()
}
