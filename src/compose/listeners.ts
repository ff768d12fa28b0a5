import { chmodSync, rmSync } from 'node:fs'
import type { Server as PlainServer } from 'node:http'
import type { Server } from 'node:https'
import { once } from 'node:events'
import { adminSocketPath, prepareSocketFolder } from '#adapters/system/socket-path.ts'
import type { ClientTrust } from '#adapters/tls/client-trust.ts'
import { listenerTls, loadServerCertificate, watchCertificate } from '#adapters/tls/server-certificate.ts'
import type { Config } from '#config'
import type { Context } from '#domain/context.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { adminProtocol } from '#protocols/admin/index.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import { createHealthServer } from '#protocols/health/server.ts'
import { listenLoopback } from '#protocols/http/listen-loopback.ts'
import { countParserRefusals } from '#protocols/http/parser-refusals.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { createHttpsServer, createSocketServer } from '#protocols/http/server.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { createProxy } from '#protocols/proxy/server.ts'
import { strayProtocol } from '#protocols/stray/index.ts'
import { openCertificates } from './certificates.ts'

export interface Listeners {
  readonly ports: { readonly tls: number; readonly proxy: number | undefined; readonly health: number }
  readonly trust: ClientTrust
  readonly adminSocket: string
  readonly proxyCounts: () => { readonly served: number; readonly refused: number }
  /** What was no HTTP: it never became a request, and has no entry. */
  readonly parserRefusals: () => number
  stop(): Promise<void>
}

interface Opening {
  readonly config: Config
  readonly context: Context
  readonly custody: Custody
  readonly runtime: Runtime
  readonly state: () => string
}

/** Requests under way get this long when the process ends. */
const drainMs = 5_000

/** Opens every way in: TLS on one port, the loopback proxy before it, health, the admin socket. Rejects with EADDRINUSE where a port is taken. */
export async function openListeners(opening: Opening): Promise<Listeners> {
  const { config, context, runtime, state } = opening
  const { files, trust, alias } = await openCertificates(opening)
  const certificate = loadServerCertificate(files, context.ground.clock.now())
  const pipelines: Pipeline[] = [
    createPipeline(context, entraProtocol(config.domain)),
    createPipeline(context, armProtocol(config.domain)),
    createPipeline(context, graphProtocol(config.domain)),
    createPipeline(context, keyVaultProtocol(config.domain)),
  ]
  const tls = createHttpsServer({
    tls: { ...listenerTls, cert: certificate.cert, key: certificate.key },
    pipelines,
    stray: createPipeline(context, strayProtocol),
    log: context.log,
  })
  const parserRefusals = countParserRefusals(tls)
  const watch = watchCertificate(files, {
    apply: ({ cert, key }) => tls.setSecureContext({ ...listenerTls, cert, key }),
    clock: context.ground.clock,
    log: context.log,
  })
  const main = await listenLoopback(tls, config.port)
  const proxy = createProxy({
    domain: config.domain,
    tlsPort: main.port,
    discoveryAlias: alias !== undefined,
    onTunnel: (socket, { to }) => void (to === 'discovery' ? alias : tls)?.emit('connection', socket),
  })
  const proxyPort = config.proxyPort === 'off' ? undefined : (await listenLoopback(proxy.server, config.proxyPort)).port
  const health = createHealthServer(state)
  const healthPort = (await listenLoopback(health, config.healthPort)).port
  const admin = createSocketServer({ pipeline: createPipeline(context, adminProtocol(runtime)), log: context.log })
  const adminSocket = await listenSocket(admin, config)
  return {
    ports: { tls: main.port, proxy: proxyPort, health: healthPort },
    trust,
    adminSocket,
    proxyCounts: () => proxy.counts(),
    parserRefusals,
    async stop() {
      watch.stop()
      await Promise.all([drained(tls), drained(admin)])
      proxy.stop()
      health.close()
      health.closeAllConnections()
      main.close()
    },
  }
}

/** A socket file that a killed process left behind is nobody's: the data directory's lock is ours. */
async function listenSocket(server: PlainServer, config: Config): Promise<string> {
  const path = adminSocketPath(config.dataDir, config.runtimeDir)
  prepareSocketFolder(path)
  rmSync(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return path
}

/** Takes no more connections, lets those under way end, then cuts them. */
async function drained(server: Server | PlainServer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await promise
  clearTimeout(timer)
}
