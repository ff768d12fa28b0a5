import { ask, dataDirGiven } from '#cli/admin.ts'
import { clientVariables, environmentAs, hidingEntries, unsaid, unwanted, withoutOurHosts, withoutOurs } from '#cli/client-environment.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'

interface Shell {
  set(name: string, value: string): string
  unset(name: string): string
}

const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`

const shells: Readonly<Record<string, Shell>> = {
  posix: { set: (name, value) => `export ${name}=${quoted(value)}`, unset: name => `unset ${name}` },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`,
    unset: name => `set -e ${name}`,
  },
  powershell: {
    set: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
    unset: name => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
  },
  dotenv: { set: (name, value) => `${name}=${JSON.stringify(value)}`, unset: name => `# ${name} is not to be set` },
}

export const run: Run = async ({ options }) => {
  const shell = shells[text(options['shell']) ?? 'posix']
  if (shell === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--shell is one of ${Object.keys(shells).join(', ')}.` })
  const environment = await environmentFor(dataDirGiven(options), options)
  if (options['json'] === true) {
    printJson(environment)
    return exits.good
  }
  for (const line of options['unset'] === true ? undoing(shell, environment) : setting(shell, environment)) print(line)
  if (options['unset'] !== true) warnOfNoProxy(textOf(memberOf(environment, 'domain')))
  return exits.good
}

/** The administrator's; with `--as` an application's, by a secret that ends by itself within a day: nobody says when a shell does. */
async function environmentFor(dataDir: string, options: Invocation['options']): Promise<unknown> {
  const environment = await ask(dataDir, { method: 'GET', path: '/environment' })
  const as = text(options['as'])
  if (as === undefined || options['unset'] === true) return environment
  const { lentCredential } = await import('#cli/caller.ts')
  const lent = await lentCredential(dataDir, as)
  note(`a secret of ${as} for a day; it ends before with: keystead app credential remove ${lent.clientId} ${lent.keyId}`)
  return environmentAs(environment, lent)
}

const variablesOf = (environment: unknown): Readonly<Record<string, string>> =>
  clientVariables(environment, { javaToolOptions: process.env['JAVA_TOOL_OPTIONS'], noProxy: noProxyNow() })

function setting(shell: Shell, environment: unknown): readonly string[] {
  const variables = variablesOf(environment)
  const none = [...unwanted, ...unsaid(variables)]
  const said = Object.entries(variables).filter(([name]) => !none.includes(name))
  return [...said.map(([name, value]) => shell.set(name, value)), ...none.map(name => shell.unset(name))]
}

/** What stood in a variable before ours was put to it stays. */
function undoing(shell: Shell, environment: unknown): readonly string[] {
  const direct = withoutOurHosts(noProxyNow())
  const kept = { JAVA_TOOL_OPTIONS: withoutOurs(process.env['JAVA_TOOL_OPTIONS']), NO_PROXY: direct, no_proxy: direct }
  return [
    ...Object.keys(variablesOf(environment)).map(name => shell.unset(name)),
    ...Object.entries(kept).flatMap(([name, value]) => (value === '' ? [] : [shell.set(name, value)])),
  ]
}

const noProxyNow = (): string => process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? ''

function warnOfNoProxy(domain: string): void {
  const noProxy = noProxyNow()
  const hiding = hidingEntries(noProxy, domain)
  if (hiding.length === 0) return
  const kept = noProxy.split(',').filter(entry => !hiding.includes(entry.trim()))
  note(`! NO_PROXY holds ${hiding.join(', ')}: it hides ${domain} from the proxy. Use NO_PROXY=${kept.join(',')}`)
}
