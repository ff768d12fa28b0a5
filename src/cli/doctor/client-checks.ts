import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { clientVariables, hidingEntries } from '#cli/client-environment.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { type Check, doubtful, well, wrong } from './check.ts'
import type { ClientNeeds } from './client-needs.ts'
import { reachProblem } from './reach.ts'

type Variables = Readonly<Record<string, string | undefined>>

const remedy = 'eval "$(keystead env)", or keystead exec -- CMD'
const trustVariables = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'] as const

const noProxyOf = (env: Variables): string => env['NO_PROXY'] ?? env['no_proxy'] ?? ''
const proxyOf = (env: Variables): string => env['HTTPS_PROXY'] ?? env['https_proxy'] ?? ''

/** Of this shell, whatever client is started in it: what would send it elsewhere, or keep it from trusting. */
export function shellChecks(
  env: Variables,
  { domain, environment }: { readonly domain: string; readonly environment: unknown },
): readonly Check[] {
  const hiding = hidingEntries(noProxyOf(env), domain)
  const kept = noProxyOf(env)
    .split(',')
    .filter(entry => !hiding.includes(entry.trim()))
  return [
    hiding.length === 0
      ? well('NoProxy', `nothing hides ${domain}`)
      : doubtful('NoProxy', `NO_PROXY=${hiding.join(',')} hides ${domain}`, `export NO_PROXY=${kept.join(',')} no_proxy=${kept.join(',')}`),
    proxiesAgree(env),
    trustOfShell(env, environment),
  ]
}

/** curl reads the one in small letters first, Go the other. */
function proxiesAgree(env: Variables): Check {
  const [large = '', small = ''] = [env['HTTPS_PROXY'], env['https_proxy']]
  if (large === small)
    return well('ProxyVariables', large === '' ? 'no proxy in this shell: keystead exec sets one' : `HTTPS_PROXY=${withoutSecret(large)}`)
  return doubtful('ProxyVariables', 'HTTPS_PROXY and https_proxy differ: clients take one or the other', 'eval "$(keystead env)" sets both')
}

/** A proxy of a company may have a password in its address. */
const withoutSecret = (address: string): string => address.replace(/\/\/[^@/]*@/, '//…@')

/** A shell that is led to the instance by half of `env`: the other half is missing, or of an earlier authority. */
function trustOfShell(env: Variables, environment: unknown): Check {
  const set = trustVariables.filter(name => (env[name] ?? '') !== '')
  const ledHere = proxyOf(env) !== '' && proxyOf(env) === textOf(memberOf(environment, 'proxy'))
  if (!ledHere || set.length === 0) return well('TrustVariables', set.length === 0 ? 'none are set' : `set: ${set.join(', ')}`)
  const caFile = textOf(memberOf(environment, 'caFile'))
  const bad = set.map(name => trustProblem(env[name] ?? '', caFile, name)).filter(problem => problem !== undefined)
  return bad.length === 0 ? well('TrustVariables', `${set.join(', ')} hold our root`) : doubtful('TrustVariables', bad.join('; '), remedy)
}

/** What is wrong with the file of authorities that a variable names; `undefined`: it holds ours. */
function trustProblem(file: string, caFile: string, name: string): string | undefined {
  if (!existsSync(file)) return `${name} names ${file}, which is not there`
  const [root] = certificatesIn(caFile)
  if (root === undefined) return `${caFile} holds no certificate`
  return certificatesIn(file).includes(root) ? undefined : `${name} names ${file}, which does not hold our root`
}

const certificatesIn = (file: string): readonly string[] =>
  (readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap(pem => {
    try {
      return [new X509Certificate(pem).fingerprint256]
    } catch {
      return []
    }
  })

export interface ClientAt {
  readonly name: string
  readonly needs: ClientNeeds
  readonly env: Variables
  /** What the instance tells of itself. */
  readonly environment: unknown
}

/** Would that client, started in this shell, find the instance and trust it? The last check asks as it would. */
export async function clientChecks(client: ClientAt): Promise<readonly Check[]> {
  const { name, needs, env, environment } = client
  const domain = textOf(memberOf(environment, 'domain'))
  const checks = [programCheck(needs, env), variablesCheck(client), trustCheck(client)]
  if (needs.way === 'proxy') {
    const hiding = hidingEntries(noProxyOf(env), domain)
    const hidden = `NO_PROXY=${hiding.join(',')} hides ${domain} from ${name}`
    checks.push(
      hiding.length === 0
        ? well('ClientNoProxy', 'nothing is hidden')
        : wrong('ClientNoProxy', hidden, 'keystead exec -- CMD, or remove it'),
    )
  }
  return checks.some(({ state }) => state === 'fail') ? checks : [...checks, await reachCheck(client)]
}

function programCheck({ program }: ClientNeeds, env: Variables): Check {
  if (program === undefined) return well('ClientProgram', 'a library')
  const found = (env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
  return found ? well('ClientProgram', `${program} is there`) : doubtful('ClientProgram', `${program} is not on PATH`, `install ${program}`)
}

function variablesCheck({ name, needs, env, environment }: ClientAt): Check {
  const ours = clientVariables(environment)
  const other = needs.same.filter(variable => env[variable] !== ours[variable])
  const missing = [...needs.set, ...needs.folders].filter(variable => (env[variable] ?? '') === '')
  const gone = needs.folders.filter(variable => !isFolder(env[variable] ?? ''))
  const proxy = needs.way === 'proxy' && needs.java !== true && proxyOf(env) === '' ? ['HTTPS_PROXY'] : []
  const bad = [...new Set([...proxy, ...other, ...missing, ...gone])]
  if (bad.length === 0) return well('ClientVariables', `${name} is told where the instance is`)
  return wrong(
    'ClientVariables',
    `${bad.join(', ')} ${bad.length === 1 ? 'is' : 'are'} not as ${name} needs ${bad.length === 1 ? 'it' : 'them'}`,
    remedy,
  )
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

function trustCheck({ name, needs, env, environment }: ClientAt): Check {
  const caFile = textOf(memberOf(environment, 'caFile'))
  if (needs.java === true) return javaTrustCheck(env)
  const bad = needs.trust.map(variable => trustProblem(env[variable] ?? '', caFile, variable)).filter(problem => problem !== undefined)
  return bad.length === 0
    ? well('ClientTrust', `${name} trusts our root by ${needs.trust.join(', ')}`)
    : wrong('ClientTrust', bad.join('; '), remedy)
}

function javaTrustCheck(env: Variables): Check {
  const store = /-Djavax\.net\.ssl\.trustStore=([^"\s]+)/.exec(env['JAVA_TOOL_OPTIONS'] ?? '')?.[1]
  if (store === undefined) return wrong('ClientTrust', 'JAVA_TOOL_OPTIONS names no trust store: Java reads no PEM', remedy)
  return existsSync(store)
    ? well('ClientTrust', `trust store ${store}`)
    : wrong('ClientTrust', `the trust store ${store} is not there`, remedy)
}

async function reachCheck({ name, needs, env, environment }: ClientAt): Promise<Check> {
  const endpoints = memberOf(environment, 'endpoints')
  const url = new URL(needs.way === 'proxy' ? textOf(memberOf(endpoints, 'management')) : (env['AWS_ENDPOINT_URL'] ?? ''))
  const proxy = needs.way === 'direct' ? undefined : needs.java === true ? javaProxyOf(env) : proxyOf(env)
  const files = needs.java === true ? [textOf(memberOf(environment, 'bundleFile'))] : needs.trust.map(variable => env[variable] ?? '')
  for (const file of files) {
    const problem = await reachProblem({ url, proxy, caFile: file })
    if (problem !== undefined) return wrong('ClientReach', `${name} would not reach ${url.host}: ${problem}`, remedy)
  }
  return well('ClientReach', `${url.host} answers as ${name} would ask it`)
}

function javaProxyOf(env: Variables): string {
  const options = env['JAVA_TOOL_OPTIONS'] ?? ''
  const [host, port] = ['Host', 'Port'].map(part => new RegExp(String.raw`-Dhttps\.proxy${part}=(\S+)`).exec(options)?.[1] ?? '')
  return `http://${host}:${port}`
}
