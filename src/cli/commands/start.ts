import { DataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { AuditTampered } from '#compose/audit.ts'
import { HomeLost } from '#compose/bring-up.ts'
import { TokenUnusable } from '#compose/data-directory.ts'
import { DevelopmentExposed, startServer, type RunningServer } from '#compose/server.ts'
import type { StopHow } from '#compose/world.ts'
import type { Config } from '#config'
import { packageVersion } from '#cli/package-version.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import type { Run } from '#cli/command.ts'
import { readyLines, type Readiness } from '#cli/readiness.ts'
import { readStartConfig, startConfig } from '#cli/start-config.ts'

/** Runs until it is told to stop: SIGTERM, SIGINT, or the admin socket; SIGHUP reads the configuration anew. Detached, it runs on behind and this ends. */
export const run: Run = async ({ options }) => {
  const config = await startConfig(options)
  if (options['detach'] === true) {
    const { startDetached } = await import('#cli/start-detached.ts')
    return startDetached(config.dataDir, options['json'] === true)
  }
  // Whatever is made from here on is its owner's alone.
  process.umask(0o077)
  const ended = Promise.withResolvers<Ended>()
  const server = await started(config, ended.resolve)
  const told = readinessOf(config, server)
  if (options['json'] === true) printJson(told)
  else for (const line of readyLines(told)) print(line)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ended.resolve({ code: exits.good }))
  process.on('SIGHUP', () => void reloaded(server, options))
  const { code, how } = await ended.promise
  const last = code === exits.good ? await stopped(server, how) : code
  // Sockets of clients that never hang up must not hold the process.
  setImmediate(() => process.exit(last))
  return last
}

interface Ended {
  readonly code: number
  readonly how?: StopHow
}

/** A file that does not read is as wrong as what it says: the instance goes on with what it has. */
async function reloaded(server: RunningServer, options: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    await server.reload(await readStartConfig(options))
  } catch (error) {
    note(`✗ The configuration was not read anew: ${error instanceof Error ? error.message : 'unknown'}`)
  }
}

function readinessOf(config: Config, server: RunningServer): Readiness {
  const { ports, seals, development } = server
  const state = server.state()
  return {
    ready: state === 'active',
    seconds: Number((performance.now() / 1_000).toFixed(2)),
    port: ports.tls,
    seals,
    state,
    pid: process.pid,
    domain: config.domain,
    dataDir: config.dataDir,
    proxyPort: ports.proxy,
    development,
    ...(state === 'sealed' && { because: server.because() }),
  }
}

/** Whatever cannot be closed in order must not keep the process: everything acknowledged is durable. */
async function stopped(server: RunningServer, how: StopHow = {}): Promise<number> {
  try {
    await server.stop(how)
    return exits.good
  } catch (error) {
    note(`✗ Keystead did not end in order: ${error instanceof Error ? error.message : 'unknown'}`)
    return exits.unknown
  }
}

async function started(config: Config, end: (ended: Ended) => void): Promise<RunningServer> {
  try {
    return await startServer({
      config,
      version: packageVersion(),
      onFatal(cause) {
        note(`✗ Keystead must stop: ${cause.message}`)
        end({ code: exits.unknown })
      },
      onStopAsked: how => end({ code: exits.good, how }),
    })
  } catch (error) {
    // Threads and locks that a failed start has opened must not hold the process once the failure is told.
    setTimeout(() => process.exit(), 500).unref()
    throw failureOf(error, config)
  }
}

function failureOf(error: unknown, config: Config): unknown {
  return unsealable(error, config) ?? otherFailure(error, config)
}

/** Of its seal. */
function unsealable(error: unknown, config: Config): CommandFailed | undefined {
  if (error instanceof DevelopmentExposed) {
    return new CommandFailed({
      exit: exits.usage,
      code: 'DevelopmentSeal',
      message: `${config.dataDir} is sealed by a key file on this machine alone: it does not listen beyond loopback.`,
      because: `--listen ${config.listen} lets others in, and whoever copies the disk has the key`,
      next: [`keystead start --data ${config.dataDir}`, `keystead seal add --data ${config.dataDir}`],
    })
  }
  if (error instanceof TokenUnusable) {
    return new CommandFailed({
      exit: exits.unknown,
      code: 'TokenUnusable',
      message: `${config.dataDir} was not begun: its token cannot seal it.`,
      because: error.message,
      next: ['docs/how-to/hsm.md says how a token is made ready'],
    })
  }
  return undefined
}

function otherFailure(error: unknown, config: Config): unknown {
  if (error instanceof DataDirectoryLocked) {
    const { holder } = error
    return new CommandFailed({
      exit: exits.busy,
      code: 'DataDirectoryLocked',
      message: `${config.dataDir} is open in another process${holder === undefined ? '' : ` (pid ${holder.pid}, since ${new Date(holder.since).toISOString()})`}.`,
      next: [`keystead status --data ${config.dataDir}`, `keystead stop --data ${config.dataDir}`],
    })
  }
  if (error instanceof AuditTampered) {
    return new CommandFailed({
      exit: exits.bad,
      code: 'AuditTampered',
      message: `The audit of ${config.dataDir} is not the one that was signed.`,
      because: error.message,
      next: [`keystead audit verify --data ${config.dataDir}`],
    })
  }
  if (error instanceof HomeLost) {
    return new CommandFailed({
      exit: exits.bad,
      code: 'HomeLost',
      message: `The database of ${config.dataDir} was edited or damaged: restore it from a copy.`,
      because: error.message,
      next: [`keystead audit verify --data ${config.dataDir}`],
    })
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? String(error.port) : config.port.toString()
    return new CommandFailed({
      exit: exits.unknown,
      code: 'PortInUse',
      message: `Port ${port} is taken.`,
      because: 'another program listens on it, or another Keystead',
      next: ['keystead status', `keystead start --port ${config.port + 1}`],
    })
  }
  return error
}
