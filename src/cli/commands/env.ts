import { ask, dataDirOf } from '#cli/admin.ts'
import { clientVariables, hidingEntries, unwanted, withoutOurHosts, withoutOurs } from '#cli/client-environment.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

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
  const data = text(options['data'])
  const environment = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/environment' })
  if (options['json'] === true) {
    printJson(environment)
    return exits.good
  }
  const shell = shells[text(options['shell']) ?? 'posix']
  if (shell === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--shell is one of ${Object.keys(shells).join(', ')}.` })
  const javaToolOptions = process.env['JAVA_TOOL_OPTIONS']
  const noProxy = noProxyNow()
  const variables = clientVariables(environment, { javaToolOptions, noProxy })
  if (options['unset'] === true) {
    for (const name of Object.keys(variables)) print(shell.unset(name))
    const kept = withoutOurs(javaToolOptions)
    if (kept !== '') print(shell.set('JAVA_TOOL_OPTIONS', kept))
    const direct = withoutOurHosts(noProxy)
    if (direct !== '') for (const name of ['NO_PROXY', 'no_proxy']) print(shell.set(name, direct))
  } else {
    for (const [name, value] of Object.entries(variables)) print(shell.set(name, value))
    for (const name of unwanted) print(shell.unset(name))
    warnOfNoProxy(textOf(memberOf(environment, 'domain')))
  }
  return exits.good
}

const noProxyNow = (): string => process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? ''

function warnOfNoProxy(domain: string): void {
  const noProxy = noProxyNow()
  const hiding = hidingEntries(noProxy, domain)
  if (hiding.length === 0) return
  const kept = noProxy.split(',').filter(entry => !hiding.includes(entry.trim()))
  note(`! NO_PROXY holds ${hiding.join(', ')}: it hides ${domain} from the proxy. Use NO_PROXY=${kept.join(',')}`)
}
