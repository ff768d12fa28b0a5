import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Agent, createServer, request as send, type Server, type ServerOptions } from 'node:https'
import type { PublicNames } from './public-names.ts'

export interface GatewayOptions {
  readonly names: PublicNames
  /** Of the instance, at 127.0.0.1. */
  readonly tlsPort: number
  /** PEM: what the instance's own certificate is judged by. */
  readonly ca: string
  /** Certificate and key for the public names. */
  readonly tls: ServerOptions
}

/** Larger than any body that the instance takes in JSON (security-and-reliability.md 5.3). */
const bodyMax = 8 * 1024 * 1024

/**
 * Stands in for the public names: ends TLS, hands the request to the instance under our name, and tells its answer with the public names in the
 * place of ours. It grants nothing: whatever comes is authenticated and judged by the instance. Never listens: the proxy hands it tunnels.
 */
export function createGateway(options: GatewayOptions): Server {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const server = createServer(options.tls, (request, response) => {
    forward(request, response, { ...options, agent }).catch(() => {
      if (!response.headersSent) response.writeHead(502, { connection: 'close' })
      response.end()
    })
  })
  server.on('close', () => agent.destroy())
  return server
}

type Forwarding = GatewayOptions & { readonly agent: Agent }

async function forward(request: IncomingMessage, response: ServerResponse, how: Forwarding): Promise<void> {
  const { names } = how
  const own = names.ownOf((request.headers.host ?? '').toLowerCase().replace(/:443$/, ''))
  const body = own === undefined ? undefined : await bodyOf(request)
  if (own === undefined || body === undefined) {
    response.writeHead(own === undefined ? 421 : 413, { connection: 'close', 'content-length': '0' }).end()
    return
  }
  const answer = await answered(how, { request, own, body: isJson(request.headers) ? inJson(body, names.own) : body })
  const said = await bodyOf(answer)
  if (said === undefined) throw new Error('an answer longer than any there is')
  const told = bodyTold(answer.headers, said, names)
  const length = request.method === 'HEAD' ? {} : { 'content-length': told.length }
  response.writeHead(answer.statusCode ?? 502, { ...headersTold(answer, names), ...length })
  response.end(told)
}

function headersTold({ headersDistinct }: IncomingMessage, names: PublicNames): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  for (const [name, values = []] of Object.entries(headersDistinct)) if (!hopByHop.has(name)) headers[name] = values.map(names.public)
  return headers
}

/** Of one connection alone (RFC 9110 7.6.1), and what this one counts anew. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'host',
  'accept-encoding',
  'expect',
])

const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

interface Asked {
  readonly request: IncomingMessage
  readonly own: string
  readonly body: Buffer
}

async function answered({ names, tlsPort, ca, agent }: Forwarding, { request, own, body }: Asked): Promise<IncomingMessage> {
  const headers: OutgoingHttpHeaders = { host: own }
  for (const [name, values] of Object.entries(request.headersDistinct))
    if (!hopByHop.has(name)) headers[name] = places.has(name) ? values?.map(names.own) : values
  const { method = 'GET' } = request
  if (body.length > 0 || withBody.has(method)) headers['content-length'] = body.length
  const sent = send({
    host: '127.0.0.1',
    port: tlsPort,
    servername: own,
    ca,
    agent,
    method,
    path: pathOf(request.url ?? '/', names),
    headers,
  })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  sent.once('response', resolve).once('error', reject)
  sent.end(body)
  return promise
}

/** Where a page stands that a browser sends a form from. */
const places: ReadonlySet<string> = new Set(['origin', 'referer'])

/** An authority that is asked about is named in the query; nothing else of a target names a host of ours. */
function pathOf(target: string, names: PublicNames): string {
  if (!target.startsWith(discovery)) return target
  const query = [...new URLSearchParams(target.slice(discovery.length))].map(([name, value]) => [name, names.own(value)])
  return `${discovery}${new URLSearchParams(query).toString()}`
}

const discovery = '/common/discovery/instance?'

/** `undefined`: more than is taken. */
async function bodyOf(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const bytes of message) {
    if (!Buffer.isBuffer(bytes)) continue
    length += bytes.length
    if (length > bodyMax) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const isJson = (headers: IncomingHttpHeaders): boolean => /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')

function bodyTold(headers: IncomingHttpHeaders, body: Buffer, names: PublicNames): Buffer {
  if (isJson(headers)) return inJson(body, names.public)
  return /^text\/html\b/i.test(headers['content-type'] ?? '') ? Buffer.from(names.public(body.toString('utf8'))) : body
}

/** A URL or a host name, and nothing around it. */
const address = /^(?:https:\/\/)?\.?[a-z0-9.-]+(?::\d{1,5})?(?:[/?#].*)?$/i

/** Addresses in a document; what a customer keeps there, secrets and tags, stays as it is. A document without any stays to the byte. */
function inJson(body: Buffer, translate: (text: string) => string): Buffer {
  const text = body.toString('utf8')
  if (translate(text) === text) return body
  try {
    const document: unknown = JSON.parse(text)
    return Buffer.from(JSON.stringify(translatedIn(document, translate)))
  } catch {
    return body
  }
}

function translatedIn(value: unknown, translate: (text: string) => string): unknown {
  if (typeof value === 'string') return address.test(value) ? translate(value) : value
  if (Array.isArray(value)) return value.map(one => translatedIn(one, translate))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isCustomers(name, member) ? member : translatedIn(member, translate)]),
  )
}

const isCustomers = (name: string, member: unknown): boolean => name === 'tags' || (name === 'value' && typeof member === 'string')
