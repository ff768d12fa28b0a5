import { DataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { AuditTampered } from '#compose/audit.ts'
import { HomeLost } from '#compose/bring-up.ts'
import { TokenUnusable } from '#compose/data-directory.ts'
import { DevelopmentExposed, startServer, type RunningServer } from '#compose/server.ts'
import type { Config } from '#config'
import { packageVersion } from '#cli/package-version.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import type { Run } from '#cli/command.ts'
import { startConfig } from '#cli/start-config.ts'

/** Runs until it is told to stop: SIGTERM, SIGINT, or the admin socket. */
export const run: Run = async ({ options }) => {
  const config = await startConfig(options)
  // Whatever is made from here on is its owner's alone.
  process.umask(0o077)
  const ended = Promise.withResolvers<number>()
  const server = await started(config, ended.resolve)
  const seconds = (performance.now() / 1_000).toFixed(2)
  const state = server.state()
  if (options['json'] === true)
    printJson({ ready: state === 'active', seconds: Number(seconds), port: server.ports.tls, seals: server.seals, state })
  else tellReady(config, server, seconds)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ended.resolve(exits.good))
  const code = await ended.promise
  const last = code === exits.good ? await stopped(server) : code
  // Sockets of clients that never hang up must not hold the process.
  setImmediate(() => process.exit(last))
  return last
}

/** Whatever cannot be closed in order must not keep the process: everything acknowledged is durable. */
async function stopped(server: RunningServer): Promise<number> {
  try {
    await server.stop()
    return exits.good
  } catch (error) {
    note(`✗ Keystead did not end in order: ${error instanceof Error ? error.message : 'unknown'}`)
    return exits.unknown
  }
}

async function started(config: Config, end: (code: number) => void): Promise<RunningServer> {
  try {
    return await startServer({
      config,
      version: packageVersion(),
      onFatal(cause) {
        note(`✗ Keystead must stop: ${cause.message}`)
        end(exits.unknown)
      },
      onStopAsked: () => end(exits.good),
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

function tellReady(config: Config, server: RunningServer, seconds: string): void {
  const { tls, proxy } = server.ports
  const where = [
    tls === undefined ? 'no TLS until it is unsealed' : `https://localhost:${tls}`,
    config.domain,
    proxy === undefined ? 'no proxy' : `proxy 127.0.0.1:${proxy}`,
  ]
  const kinds = [...new Set(server.seals)].join(', ')
  if (server.state() === 'sealed') {
    print(`Ready in ${seconds} s  ${where.join('  ')}  sealed (${kinds}): keystead unseal`)
    print(`because ${server.because()}`)
    print(`next: bin/keystead unseal --data ${config.dataDir}`)
    return
  }
  print(`Ready in ${seconds} s  ${where.join('  ')}  seal ${kinds}${server.development ? ' (development)' : ''}`)
  print('next: bin/keystead exec -- az keyvault list')
  print(
    '      eval "$(bin/keystead env)"   then az, Python, JavaScript, Go as they are: DefaultAzureCredential, https://NAME.vault.' +
      config.domain,
  )
}
