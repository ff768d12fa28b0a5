import { chmodSync, rmSync } from 'node:fs'
import type { Server as PlainServer } from 'node:http'
import type { Server } from 'node:https'
import { once } from 'node:events'
import { adminSocketPath, prepareSocketFolder } from '#adapters/system/socket-path.ts'
import type { ClientTrust } from '#adapters/tls/client-trust.ts'
import { listenerTls, loadServerCertificate, watchCertificate } from '#adapters/tls/server-certificate.ts'
import type { Config } from '#config'
import type { Context } from '#domain/context.ts'
import type { DiskExports } from '#domain/disks/export-control.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { createHealthServer } from '#protocols/health/server.ts'
import { ipRanges } from '#model/ip-ranges.ts'
import { listenLoopback, listenOn } from '#protocols/http/listen-loopback.ts'
import { countParserRefusals } from '#protocols/http/parser-refusals.ts'
import { createHttpsServer, createSocketServer } from '#protocols/http/server.ts'
import { createProxy } from '#protocols/proxy/server.ts'
import { openCertificates, type Certificates } from './certificates.ts'
import type { Measured } from './metrics.ts'
import type { Front } from './front.ts'
import { createPrivateLinks, type PrivateLinks, type TlsDoor } from './private-links.ts'
import type { World } from './world.ts'

/** Every way in: TLS on one port, the loopback proxy before it, health, the admin socket. They stay when the seal comes and goes. */
export interface Listeners {
  /**
   * Opens what is not open yet, sealed or not, and renews the development certificate where the seal allows it. Rejects with EADDRINUSE
   * where a port is taken.
   */
  open(front: Front, custody: Custody | undefined): Promise<void>
  /** Opens the ways of private endpoints too, and keeps them as the records of this context say. */
  follow(context: Context, exports: Pick<DiskExports, 'held'>): Promise<void>
  /** Shuts them: what they stand on goes. */
  unfollow(): Promise<void>
  readonly ports: () => Ports
  /** `undefined` as long as there is no TLS: sealed, and the development certificate has run out. */
  readonly trust: () => ClientTrust | undefined
  readonly proxyCounts: () => { readonly served: number; readonly refused: number }
  /** What was no HTTP: it never became a request, and has no entry. */
  readonly parserRefusals: () => number
  /** Certificate and key as their files are now; a bad one keeps what is served, and is told. */
  reloadCertificate(): void
  /** Requests under way get so long. */
  stop(drainMs?: number): Promise<void>
}

export interface Ports {
  readonly tls: number | undefined
  readonly proxy: number | undefined
  readonly health: number | undefined
}

/** What listens for the machine itself. */
interface Inner {
  readonly health: number
  stop(drainMs: number): Promise<void>
}

interface OuterParts {
  readonly world: World
  readonly links: PrivateLinks
}

/** What listens for clients. */
interface Outer {
  readonly tls: number
  readonly door: TlsDoor
  readonly proxy: number | undefined
  readonly trust: ClientTrust
  readonly certificateFile: string
  readonly proxyCounts: () => { readonly served: number; readonly refused: number }
  readonly parserRefusals: () => number
  reloadCertificate(): void
  stop(drainMs: number): Promise<void>
}

/** Requests under way get this long when the process ends. */
const usualDrainMs = 5_000
/** Whoever asked it to stop is answered, however little time others are given. */
const answerMs = 1_000

const noneOpen = (): number => 0

/** Nothing listens before `open`. */
export function createListeners(world: World): Listeners {
  let inner: Inner | undefined
  let outer: Outer | undefined
  let openExports = noneOpen
  const links = createPrivateLinks({ domain: world.config.domain, log: world.log })
  return {
    async open(front, custody) {
      const certificates = await openCertificates(world, custody)
      if (outer === undefined && certificates !== undefined) outer = await openOuter({ world, links }, front, certificates)
      inner ??= await openInner(world, front, {
        world,
        proxyCounts: () => outer?.proxyCounts() ?? { served: 0, refused: 0 },
        parserRefusals: () => outer?.parserRefusals() ?? 0,
        openExports: () => openExports(),
        certificateFile: () => outer?.certificateFile,
      })
    },
    ports: () => ({ tls: outer?.tls, proxy: outer?.proxy, health: inner?.health }),
    trust: () => outer?.trust,
    proxyCounts: () => outer?.proxyCounts() ?? { served: 0, refused: 0 },
    parserRefusals: () => outer?.parserRefusals() ?? 0,
    async follow(context, exports) {
      openExports = () => exports.held()
      if (outer !== undefined) await links.follow(context, outer.door)
    },
    async unfollow() {
      openExports = noneOpen
      await links.close()
    },
    reloadCertificate: () => outer?.reloadCertificate(),
    async stop(drainMs = usualDrainMs) {
      await links.close()
      await Promise.all([outer?.stop(drainMs), inner?.stop(Math.max(drainMs, answerMs))])
    },
  }
}

async function openOuter({ world, links }: OuterParts, front: Front, { files, trust, alias }: Certificates): Promise<Outer> {
  const { config, clock, log } = world
  const { cert, key } = loadServerCertificate(files, clock.now())
  const tls = createHttpsServer({
    tls: { ...listenerTls, cert, key },
    pipelines: front.wires,
    stray: front.stray,
    log,
    proxies: proxiesOf(config),
    reaches: (localAddress, hostname) => links.reaches(localAddress, hostname),
  })
  const parserRefusals = countParserRefusals(tls)
  const watch = watchCertificate(files, {
    apply: renewed => tls.setSecureContext({ ...listenerTls, cert: renewed.cert, key: renewed.key }),
    clock,
    log,
  })
  const main = await listenOn(tls, { port: config.port, address: config.listen })
  const proxy = createProxy({
    domain: config.domain,
    tlsPort: main.port,
    discoveryAlias: alias !== undefined,
    onTunnel: (socket, { to }) => void (to === 'discovery' ? alias : tls)?.emit('connection', socket),
  })
  const proxyPort = config.proxyPort === 'off' ? undefined : (await listenLoopback(proxy.server, config.proxyPort)).port
  return {
    tls: main.port,
    door: { port: main.port, take: socket => void tls.emit('connection', socket) },
    proxy: proxyPort,
    trust,
    certificateFile: files.certFile,
    proxyCounts: () => proxy.counts(),
    parserRefusals,
    reloadCertificate: () => watch.reload(),
    async stop(drainMs) {
      watch.stop()
      await drained(tls, drainMs)
      proxy.stop()
      main.close()
    },
  }
}

/** None, unless somebody named some: a list that is empty need not be looked at. */
const proxiesOf = ({ trustedProxies }: Config) => (trustedProxies.length === 0 ? undefined : ipRanges(trustedProxies))

async function openInner({ config, log, life }: World, front: Front, measured: Measured): Promise<Inner> {
  const health = createHealthServer(
    () => life.state(),
    async () => (await import('./exposition.ts')).exposition(measured),
  )
  const { port } = await listenLoopback(health, config.healthPort)
  const admin = createSocketServer({ pipeline: front.admin, log })
  await listenSocket(admin, config)
  return {
    health: port,
    async stop(drainMs) {
      await drained(admin, drainMs)
      health.close()
      health.closeAllConnections()
    },
  }
}

/** A socket file that a killed process left behind is nobody's: the data directory's lock is ours. */
async function listenSocket(server: PlainServer, config: Config): Promise<void> {
  const path = adminSocketPath(config.dataDir, config.runtimeDir)
  prepareSocketFolder(path)
  rmSync(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
}

/** Takes no more connections, lets those under way end, then cuts them. */
async function drained(server: Server | PlainServer, drainMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await promise
  clearTimeout(timer)
}
