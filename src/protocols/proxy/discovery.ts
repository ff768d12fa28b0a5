import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { discoveryHost } from './target.ts'

/**
 * Answers `https://login.microsoftonline.com/common/discovery/instance` for clients that ask it about every authority they do not know
 * (people.md 0.1 decision 6), and nothing else: anything more that reaches this name by mistake, a secret perhaps, is never read.
 * Never listens: the proxy hands it tunnels by `emit('connection')`.
 */
export function createDiscoveryAlias(options: { readonly domain: string; readonly tls: ServerOptions }): Server {
  return createServer({ ...options.tls, maxHeaderSize: 8 * 1024, headersTimeout: 5_000 }, (request, response) =>
    answer(request, response, options.domain),
  )
}

function answer(request: IncomingMessage, response: ServerResponse, domain: string): void {
  const document =
    request.method === 'GET' && bodiless(request) && isOurName(request) ? instanceDiscovery(request.url ?? '', domain) : undefined
  if (document === undefined) {
    response.writeHead(421, { connection: 'close', 'content-length': '0' })
    response.end(() => request.socket.destroySoon())
    return
  }
  const body = JSON.stringify(document.body)
  response.writeHead(document.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body).toString(),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

const bodiless = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0' && headers.authorization === undefined

const isOurName = ({ headers }: IncomingMessage) => /^login\.microsoftonline\.com(?::443)?$/i.test(headers.host ?? '')

export interface DiscoveryAnswer {
  readonly status: 200 | 400
  readonly body: Readonly<Record<string, unknown>>
}

/** The document of identity-and-arm.md 1.1 about our own authority; `undefined`: another path. Clients send the endpoint with its port or without. */
export function instanceDiscovery(target: string, domain: string): DiscoveryAnswer | undefined {
  if (!URL.canParse(target, `https://${discoveryHost}`)) return undefined
  const asked = new URL(target, `https://${discoveryHost}`)
  if (asked.host !== discoveryHost || asked.pathname !== '/common/discovery/instance') return undefined
  const authority = authorityOf(asked.searchParams.get('authorization_endpoint') ?? '')
  const host = `login.${domain}`
  if (authority?.hostname !== host) return { status: 400, body: invalidInstance }
  const [, tenant = 'common'] = authority.pathname.split('/')
  const version = /\/v2\.0(?:\/|$)/.test(authority.pathname) ? '/v2.0' : ''
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `https://${host}/${tenant}${version}/.well-known/openid-configuration`,
      'api-version': asked.searchParams.get('api-version') === '1.0' ? '1.0' : '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  }
}

const authorityOf = (endpoint: string) => (URL.canParse(endpoint) && endpoint.startsWith('https://') ? new URL(endpoint) : undefined)

const invalidInstance = {
  error: 'invalid_instance',
  error_description: 'AADSTS50049: Unknown or invalid instance.',
  error_codes: [50049],
}
