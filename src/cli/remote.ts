import { readFileSync } from 'node:fs'
import { text, type Invocation } from './command.ts'
import type { Credential } from './credential.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { parsed, send, type Site } from './wire.ts'

/** An instance that is reached by its wires alone, and who asks there. */
export interface Remote {
  readonly site: Site
  /** As much of what the admin socket tells of an environment as the metadata document has (identity-and-arm.md 2.6). */
  readonly environment: unknown
  readonly credential: Credential
}

/** `--server`, or what stands for it (`program.ts`); `undefined`: the instance by its data directory. */
export function serverGiven({ server }: Invocation['options']): URL | undefined {
  const given = text(server)
  if (given === undefined) return undefined
  if (URL.canParse(given) && given.startsWith('https://')) return new URL(given)
  throw new CommandFailed({
    exit: exits.usage,
    code: 'Usage',
    message: `${given} is no address of an instance.`,
    because: 'it is the management plane’s: https://management.DOMAIN, with a port where it is not 443',
  })
}

/** Whoever the environment names by AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET. Raises `CommandFailed`. */
export async function remoteOf(server: URL, options: Invocation['options']): Promise<Remote> {
  if (text(options['as']) !== undefined)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: '--as and --server do not go together.',
      because: 'secrets are lent at the admin socket; elsewhere the caller is whom AZURE_CLIENT_ID names',
    })
  const { tenantId, ...credential } = callerNamed()
  const site = siteAt(server, caOf(text(options['ca'])))
  return { site, environment: { endpoints: await endpointsAt(site, server.origin), tenantId }, credential }
}

function callerNamed(): Credential & { readonly tenantId: string } {
  const [tenantId = '', clientId = '', clientSecret = ''] = credentialVariables.map(name => process.env[name])
  if (tenantId !== '' && clientId !== '' && clientSecret !== '') return { tenantId, clientId, clientSecret }
  throw new CommandFailed({
    exit: exits.denied,
    code: 'NoCredential',
    message: `With --server the caller is whom ${credentialVariables.join(', ')} name.`,
    because: 'one of them is not set',
    next: ['keystead app credential add APP (where the instance is)'],
  })
}

async function endpointsAt(site: Site, origin: string) {
  const answer = await send(site, { method: 'GET', url: `${origin}/metadata/endpoints?api-version=2022-09-01` })
  const document = parsed(answer.text)
  const of = (...path: readonly string[]): string => textOf(path.reduce<unknown>(memberOf, document)).replace(/\/$/, '')
  const endpoints = {
    login: of('authentication', 'loginEndpoint'),
    management: of('resourceManager'),
    graph: of('microsoftGraphResourceId'),
    vaultSuffix: `.${of('suffixes', 'keyVaultDns')}`,
  }
  if (answer.status === 200 && Object.values(endpoints).every(one => one.length > 1)) return endpoints
  const isSealed = answer.status === 503
  throw new CommandFailed({
    exit: isSealed ? exits.notReady : exits.unreachable,
    code: isSealed ? 'Sealed' : 'NoInstance',
    message: `${origin} tells no endpoints (${answer.status}).`,
  })
}

const credentialVariables = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] as const

/** Names that no resolver has (RFC 6761) are of an instance on this machine. Every other name of an instance is where its management plane is. */
const siteAt = ({ hostname, port }: URL, ca: string | undefined): Site => ({
  host: /\.(?:test|localhost)$/.test(hostname) ? '127.0.0.1' : hostname,
  port: port === '' ? 443 : Number(port),
  ca,
})

/** PEM; the system's own roots without it. */
function caOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `${file} cannot be read.` })
  }
}
