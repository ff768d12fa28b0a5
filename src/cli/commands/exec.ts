import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ask, dataDirGiven } from '#cli/admin.ts'
import { clientVariables, environmentAs, hidingEntries, unsaid, unwanted } from '#cli/client-environment.ts'
import { writeOwn } from '#cli/file-input.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note } from '#cli/output.ts'
import type { PublicCloud } from '#cli/public-cloud.ts'
import { text, texts, type Invocation, type Run } from '#cli/command.ts'

const [notExecutable, notFound, ownFailure] = [126, 127, 125]

/** Runs a command behind a proxy of its own: what it was refused is told at its end, and dies with it (people.md 0.1 decision 3). */
export const run: Run = async ({ options, arguments: [command, ...words] }) => {
  if (command === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: 'Which command?', next: ['keystead exec -- az keyvault list'] })
  const dataDir = dataDirGiven(options)
  const environment = await ask(dataDir, { method: 'GET', path: '/environment' })
  const as = text(options['as'])
  if (as === undefined) return behindProxy({ options, environment, command, words })
  const { lentCredential } = await import('#cli/caller.ts')
  const lent = await lentCredential(dataDir, as)
  try {
    return await behindProxy({ options, environment: environmentAs(environment, lent), command, words })
  } finally {
    await lent.giveBack().catch(() => note(`keystead: the secret ${lent.keyId} of ${as} could not be taken back; it ends within a day`))
  }
}

interface Started {
  readonly options: Invocation['options']
  readonly environment: unknown
  readonly command: string
  readonly words: readonly string[]
}

async function behindProxy({ options, environment, command, words }: Started): Promise<number> {
  const domain = textOf(memberOf(environment, 'domain'))
  const { openPublicCloud, publicCa } = options['asAzure'] === true ? await import('#cli/public-cloud.ts') : ownNamesAlone
  const { openExecProxy } = await import('#compose/exec-proxy.ts')
  const own = textOf(memberOf(environment, 'proxy'))
  const proxy = await openExecProxy({
    domain,
    tlsPort: Number(memberOf(environment, 'port')),
    instanceProxy: URL.canParse(own) ? new URL(own) : undefined,
    pass: texts(options['pass']),
    publicNames: publicCa(environment),
  })
  using cloud = openPublicCloud(environment, proxy.publicRoot)
  const noProxy = keptDirect([domain, ...cloud.domains])
  const variables = clientVariables(cloud.environment, { proxy: proxy.url, javaToolOptions: process.env['JAVA_TOOL_OPTIONS'], noProxy })
  const code = await spawned(command, words, environmentFor(variables, [...unwanted, ...cloud.unwanted]))
  proxy.close()
  for (const host of Object.keys(proxy.refused)) note(`keystead: refused ${host} (allow: --pass ${host})`)
  const report = text(options['report'])
  if (report !== undefined)
    writeOwn(report, Buffer.from(`${JSON.stringify({ exitCode: code, served: proxy.served, refused: proxy.refused })}\n`))
  return code
}

/** Without `--as-azure`. */
const ownNamesAlone = {
  publicCa: () => undefined,
  openPublicCloud: (environment: unknown): PublicCloud => ({ environment, domains: [], unwanted: [], [Symbol.dispose]: () => undefined }),
}

/** What goes past a proxy already, without what would hide us. */
function keptDirect(domains: readonly string[]): string {
  const entries = (process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? '').split(',')
  return entries.filter(entry => domains.every(domain => hidingEntries(entry, domain).length === 0)).join(',')
}

function environmentFor(variables: Readonly<Record<string, string>>, without: readonly string[]): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...variables }
  for (const name of [...without, ...unsaid(variables)]) delete merged[name]
  return merged
}

async function spawned(command: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const child = spawn(command, words, { stdio: 'inherit', env })
  child.on('error', error => {
    const code = 'code' in error ? error.code : undefined
    note(`keystead: ${command}: ${error.message}`)
    resolve(code === 'ENOENT' ? notFound : code === 'EACCES' ? notExecutable : ownFailure)
  })
  child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return promise
}
