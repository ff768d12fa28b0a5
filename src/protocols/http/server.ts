import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server as PlainServer,
  type ServerResponse,
} from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { pipeline as pump } from 'node:stream/promises'
import type { TLSSocket } from 'node:tls'
import {
  headerBytesMax,
  headersMax,
  headersTimeoutMs,
  keepAliveTimeoutMs,
  requestsPerSocketMax,
  requestTimeoutMs,
  streamedRequestTimeoutMs,
} from '#model/limits.ts'
import type { IpRanges } from '#model/ip-ranges.ts'
import { Problem } from '#model/problem.ts'
import type { Log } from '#ports/log.ts'
import { remembered } from '#domain/generations.ts'
import { isStreamed, type Answer, type StreamedBody } from './answer.ts'
import { discard, incomingBody, waitsToBeAsked } from './incoming.ts'
import { connectionTls, type TlsOf } from './connection-tls.ts'
import type { Pipeline, Routed } from './pipeline.ts'
import { bareRequest, takeApart, type WireRequest } from './request.ts'

export interface HttpsOptions {
  /** Certificate and the rules of the listener (adapters/tls). */
  readonly tls: ServerOptions
  readonly pipelines: readonly Pipeline[]
  /** Who answers for a host that nobody serves. */
  readonly stray: Pipeline
  readonly log: Log
  /** Proxies whose word on the client's address counts; nobody's where absent. */
  readonly proxies?: IpRanges | undefined
  /** May a request that came to this address of ours ask for this host? Where absent, any for every. */
  reaches?(localAddress: string, hostname: string): boolean
}

/** A body that is over its limit is thrown away to here before it is refused; what comes after the refusal goes too, for as long as a request may take. */
const drainBytesMax = 16 * 1024 * 1024
/** A client that takes none of a streamed body for so long has left without saying so. */
const stalledMs = 60_000

/** One port; the host name picks the wire. */
export function createHttpsServer(options: HttpsOptions): Server {
  const serving = { ...options, pipelineOf: pipelineFinder(options.pipelines), tlsOf: connectionTls() }
  const listener: RequestListener = (message, response) => {
    void serve(serving, message, response)
  }
  const server = createServer({ ...options.tls, maxHeaderSize: headerBytesMax, insecureHTTPParser: false }, listener)
  // An expectation that Node does not know would be refused by Node, without an entry: the operations look at none.
  server.on('checkExpectation', listener)
  // A client that waits to be asked for its body is asked by whoever wants it.
  server.on('checkContinue', listener)
  server.headersTimeout = headersTimeoutMs
  // Bodies that are collected have `requestTimeoutMs` (below); those that are taken as they come have more.
  server.requestTimeout = streamedRequestTimeoutMs
  server.keepAliveTimeout = keepAliveTimeoutMs
  server.maxHeadersCount = headersMax
  server.maxRequestsPerSocket = requestsPerSocketMax
  return server
}

/** The admin socket: a file whose mode is the control, so no TLS and one pipeline. */
export function createSocketServer(options: { readonly pipeline: Pipeline; readonly log: Log }): PlainServer {
  const { pipeline, log } = options
  const listener: RequestListener = (message, response) => {
    void serve({ pipelineOf: () => pipeline, stray: pipeline, log }, message, response)
  }
  return createPlainServer({ maxHeaderSize: headerBytesMax }, listener).on('checkContinue', listener)
}

type Serving = Omit<HttpsOptions, 'tls' | 'pipelines'> & { readonly pipelineOf: PipelineOf; readonly tlsOf?: TlsOf }
type PipelineOf = (request: WireRequest) => Pipeline | undefined

/** Names whose wire is remembered; what is longer than a name of the DNS may be (RFC 1035 2.3.4) is looked for each time. */
const namesMax = 500
const nameCharactersMax = 253

/** The wire of a host: found once a name, but where several share it and the request itself says which is meant. */
function pipelineFinder(pipelines: readonly Pipeline[]): PipelineOf {
  const search = (hostname: string, request?: WireRequest) => pipelines.find(one => one.serves(hostname, request))
  const known = remembered(namesMax, hostname => {
    const isShared = pipelines.some(one => one.shares?.(hostname) === true)
    return { isShared, pipeline: isShared ? undefined : search(hostname) }
  })
  return request => {
    const { hostname } = request
    if (hostname.length > nameCharactersMax) return search(hostname, request)
    const { isShared, pipeline } = known(hostname)
    return isShared ? search(hostname, request) : pipeline
  }
}

async function serve(options: Serving, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = bareRequest(message, options.proxies, options.tlsOf)
  try {
    const found = route(options, message, request)
    const routed = found instanceof Promise ? await loaded(found, message) : found
    if (routed !== undefined) await answer({ message, response, request }, routed, options.log)
  } catch (error) {
    options.log.error('request-failed', error)
    // Nothing is said that has no entry: the connection closes.
    message.socket.destroy()
  }
}

/** `undefined`: the client left while a wire was loaded for it, and nothing more comes of it, not even its end. */
async function loaded(found: Promise<Routed>, message: IncomingMessage): Promise<Routed | undefined> {
  const routed = await found
  return message.destroyed ? undefined : routed
}

interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly request: WireRequest
}

async function answer({ message, response, request }: Exchange, routed: Routed, log: Log): Promise<void> {
  if (routed.streams === true) request.incoming = incomingBody(message, response, request)
  else if (!(await collect(message, response, { request, limit: routed.maximumBytes }))) return
  const answered = await routed.answer()
  // Whoever was not asked for its body may send it or not: nobody knows where the next request begins.
  if (routed.streams === true && waitsToBeAsked(message) && request.waitedMs === 0) response.shouldKeepAlive = false
  send(response, answered, { headOnly: message.method === 'HEAD', log })
  if (routed.streams === true && !message.complete) discard(message)
}

function route(options: Serving, message: IncomingMessage, request: WireRequest): Routed | Promise<Routed> {
  const named = sniOf(message) ?? request.hostname
  const reached = options.reaches?.(request.localAddress, request.hostname) ?? true
  const pipeline = reached ? options.pipelineOf(request) : undefined
  if (pipeline === undefined)
    return options.stray.route(request, new Problem({ code: 'HostNotServed', details: { host: request.hostname } }))
  try {
    if (named !== request.hostname) throw new Problem({ code: 'HostNotServed', details: { host: request.hostname } })
    return pipeline.route(takeApart(message, request, pipeline.ownPath))
  } catch (error) {
    if (error instanceof Problem) return pipeline.route(request, error)
    throw error
  }
}

/** The name that the client asked the certificate for; clients that address us by IP send none. */
function sniOf(message: IncomingMessage): string | undefined {
  const name = (message.socket as Partial<TLSSocket>).servername // oxlint-disable-line typescript/no-unsafe-type-assertion -- an https server's sockets are TLS sockets
  return typeof name === 'string' && name !== '' ? name.toLowerCase() : undefined
}

interface Collecting {
  readonly request: WireRequest
  readonly limit: number
}

const tooSlow = (): Error => Object.assign(new Error('a body came too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })

/** Collects the body to the limit; false when the client went away. */
async function collect(message: IncomingMessage, response: ServerResponse, what: Collecting): Promise<boolean> {
  const { request, limit } = what
  if (!request.hasBody) return true
  if (waitsToBeAsked(message)) response.writeContinue()
  // As Node ends what comes too slowly: counted with what never became a request.
  const timer = setTimeout(() => message.socket.destroy(tooSlow()), requestTimeoutMs)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const settle = (whole: boolean): void => {
    clearTimeout(timer)
    resolve(whole)
  }
  const chunks: Buffer[] = []
  let length = 0
  message.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= limit) chunks.push(chunk)
    else chunks.length = 0
    if (length > Math.max(limit, drainBytesMax)) done()
  })
  message.on('end', done)
  message.on('error', () => settle(false))
  message.on('close', () => settle(false))
  return promise

  function done(): void {
    const [only] = chunks
    request.bodyTooLong = length > limit
    request.body = request.bodyTooLong ? undefined : chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
    settle(true)
  }
}

function send(response: ServerResponse, answer: Answer, how: { readonly headOnly: boolean; readonly log: Log }): void {
  const body = answer.body ?? ''
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  // 204 and 304 have no length (RFC 9110 8.6).
  const headers =
    answer.status === 204 || answer.status === 304 ? { ...answer.headers } : { ...answer.headers, 'content-length': length.toString() }
  response.writeHead(answer.status, headers)
  if (how.headOnly || length === 0) response.end()
  else if (isStreamed(body)) void stream(response, body, how.log)
  else response.end(body)
}

/** As fast as the client takes it. What fails on the way cuts the connection: a body that is too short must not look whole. */
async function stream(response: ServerResponse, { pieces }: StreamedBody, log: Log): Promise<void> {
  response.strictContentLength = true
  response.setTimeout(stalledMs, () => response.destroy())
  try {
    await pump(pieces, response)
  } catch (error) {
    response.destroy()
    const left = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!left) log.warn('answer.cut', { because: error instanceof Error ? error.message : 'unknown' })
  }
}
