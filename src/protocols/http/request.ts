import type { IncomingMessage } from 'node:http'
import { Problem } from '#model/problem.ts'
import { canonicalAddress, type IpRanges } from '#model/ip-ranges.ts'
import { clientAddress } from './client-address.ts'
import { connectionTls, type ConnectionTls, type TlsOf } from './connection-tls.ts'

/** A request as the operations see it: taken apart once, nothing normalised into something else. */
export interface WireRequest {
  readonly method: string
  /** Host header in lower case, port included as sent. */
  readonly host: string
  readonly hostname: string
  /** `''` or `:PORT` as the Host header has it: links and challenges carry it. */
  readonly portSuffix: string
  /** Raw path, without the query. */
  readonly path: string
  /** Decoded segments of the path; a run of slashes in front counts as one, one at the end is dropped. */
  readonly segments: readonly string[]
  /** Decoded; names in lower case. */
  readonly query: ReadonlyMap<string, string>
  readonly rawQuery: string
  header(name: string): string | undefined
  /** Whoever sent it, IPv4 in its own spelling: the socket's peer, or the hop that a configured proxy names. */
  readonly remoteAddress: string
  /** Address of ours that it came to: one is a private endpoint's. */
  readonly localAddress: string
  /** Asked when somebody shows it. */
  tls?(): ConnectionTls | undefined
  readonly hasBody: boolean
  /** Name, value, name, value, as they came: signatures are over them. */
  readonly rawHeaders: readonly string[]
  /** The body on its way, where the operation takes it so: read once. */
  incoming?: AsyncIterable<Uint8Array>
  /** Milliseconds that its operation has waited for a body that it takes as it comes. */
  waitedMs: number
  /** Set once the body was collected; `undefined` while there is none. */
  body: Uint8Array | undefined
  /** The body went over the operation's limit: its parsing answers for it. */
  bodyTooLong: boolean
}

const single = new Set(['host', 'authorization', 'content-type', 'content-length', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'])

function refuse(reason: string): never {
  throw new Problem({ code: 'MalformedRequest', details: { reason } })
}

/** security-and-reliability.md 5.3: two of one of these are the first step of a smuggled request. */
function refuseDoubles(rawHeaders: readonly string[]): void {
  const seen: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!single.has(name)) continue
    if (seen.includes(name)) refuse(`the header ${name} is there twice`)
    seen.push(name)
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('a percent-encoding that is none')
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const separatorOrControl = /[/\\\u0000-\u001f\u007f]/

/** Letters, digits, `-`, `.` and `_` in disguise: no grammar needs it, so no client sends it (RFC 3986 2.3; security-and-reliability.md 5.3). */
const needlesslyEncoded = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\da])/i

/** Raw segments, each decoded by itself; what decodes to a separator, to dots or to what needs no encoding is refused, never walked. */
function segmentsOf(path: string): readonly string[] {
  if (!path.startsWith('/')) refuse('the target is no path')
  let from = 1
  while (path[from] === '/') from += 1
  const raw = path.slice(from).split('/')
  if (raw.at(-1) === '') raw.pop()
  return raw.map(segmentOf)
}

function segmentOf(raw: string): string {
  if (needlesslyEncoded.test(raw)) refuse('a percent-encoding of what needs none')
  const text = raw.includes('%') ? decoded(raw) : raw
  if (text === '.' || text === '..' || separatorOrControl.test(text)) refuse('a path segment that is none')
  return text
}

function queryOf(raw: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>()
  if (raw === '') return query
  for (const pair of raw.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const key = unescaped(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase()
    if (query.has(key)) refuse('a query parameter is there twice')
    query.set(key, equals < 0 ? '' : unescaped(pair.slice(equals + 1)))
  }
  return query
}

/** Of a query: most have nothing to unescape. */
const unescaped = (text: string): string => (/[+%]/.test(text) ? decoded(text.replaceAll('+', ' ')) : text)

const hasBodyHeaders = (message: IncomingMessage): boolean =>
  message.headers['transfer-encoding'] !== undefined ||
  (message.headers['content-length'] !== undefined && message.headers['content-length'] !== '0')

const ownAddress = ({ socket }: IncomingMessage): string => canonicalAddress(socket.localAddress ?? '')?.address ?? ''

/** The parts that cannot fail: enough to answer a malformed request in its protocol's envelope. */
export function bareRequest(message: IncomingMessage, proxies?: IpRanges, tlsOf: TlsOf = connectionTls()): WireRequest {
  const host = (message.headers.host ?? '').toLowerCase()
  const colon = host.lastIndexOf(':')
  const target = message.url ?? ''
  const at = target.indexOf('?')
  return {
    method: message.method ?? '',
    host,
    hostname: colon < 0 ? host : host.slice(0, colon),
    portSuffix: colon < 0 ? '' : host.slice(colon),
    path: at < 0 ? target : target.slice(0, at),
    rawQuery: at < 0 ? '' : target.slice(at + 1),
    segments: [],
    query: new Map(),
    header(name) {
      const value = message.headers[name]
      return typeof value === 'string' ? value : undefined
    },
    rawHeaders: message.rawHeaders,
    remoteAddress: clientAddress(message, proxies),
    localAddress: ownAddress(message),
    tls: () => tlsOf(message.socket),
    hasBody: hasBodyHeaders(message),
    waitedMs: 0,
    body: undefined,
    bodyTooLong: false,
  }
}

/** A request while it is taken apart. */
type Taken = { -readonly [Member in keyof WireRequest]: WireRequest[Member] }

/** `ownPath`: the wire reads its paths itself, whatever stands in them. Raises `MalformedRequest`. */
export function takeApart(message: IncomingMessage, bare: WireRequest, ownPath = false): WireRequest {
  refuseDoubles(message.rawHeaders)
  if (ownPath && !bare.path.startsWith('/')) refuse('the target is no path')
  const taken: Pick<Taken, 'segments' | 'query'> = bare
  taken.segments = ownPath ? [] : segmentsOf(bare.path)
  taken.query = queryOf(bare.rawQuery)
  return bare
}
