import { lookup as resolve } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import { OutgoingFailed, type Outgoing, type OutgoingAnswer, type OutgoingMessage, type OutgoingPurpose } from '#ports/outgoing.ts'
import { isPublicAddress } from './addresses.ts'
import { targetOf, type Target } from './allow-list.ts'

export interface OutgoingConfig {
  /** A purpose that is not named reaches nobody. */
  readonly hosts: { readonly [P in OutgoingPurpose]?: readonly AllowedHost[] }
  /** PEM of an authority that is trusted besides the public ones: for issuers of one's own. */
  readonly ca?: string | undefined
  /** All addresses of a name; the system's resolver where absent. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>
}

/** security-and-reliability.md 5.7. */
const limits = { connectMs: 5_000, totalMs: 10_000, bodyBytes: 1024 * 1024 } as const

const systemAddresses = async (host: string): Promise<readonly string[]> =>
  (await resolve(host, { all: true })).map(({ address }) => address)

/** HTTPS to listed hosts alone. A name is resolved once, every address is looked at, and the connection goes to one that was: no second resolution. */
export function outgoingOver(config: OutgoingConfig): Outgoing {
  const { hosts, ca, addressesOf = systemAddresses } = config
  const trusted = ca === undefined ? undefined : [...rootCertificates, ca]
  async function reach(what: { readonly purpose: OutgoingPurpose; readonly text: string; readonly message?: OutgoingMessage }) {
    const target = targetOf(what.text, hosts[what.purpose] ?? [])
    if ('flaw' in target) throw new OutgoingFailed('refused', target.flaw)
    const addresses = await checkedAddresses(target, addressesOf)
    return fetched(target, { addresses, trusted, ...(what.message !== undefined && { message: what.message }) })
  }
  return {
    get: async (purpose, text) => reach({ purpose, text }),
    post: async (purpose, text, message) => reach({ purpose, text, message }),
  }
}

type Reached = Exclude<Target, { readonly flaw: string }>

async function checkedAddresses(
  { host, mayBePrivate }: Reached,
  addressesOf: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const literal = host.replace(/^\[|\]$/g, '')
  const addresses = isIP(literal) > 0 ? [literal] : await resolved(host, addressesOf)
  if (addresses.length === 0) throw new OutgoingFailed('unreachable', `${host} has no address`)
  // One bad address among good ones is how a name is turned against its resolver.
  if (!mayBePrivate && !addresses.every(isPublicAddress))
    throw new OutgoingFailed('refused', `${host} leads to an address that is not public`)
  return addresses
}

async function resolved(host: string, addressesOf: (host: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await addressesOf(host)
  } catch (cause) {
    throw new OutgoingFailed('unreachable', `${host} does not resolve`, { cause })
  }
}

interface Connecting {
  readonly addresses: readonly string[]
  readonly trusted: readonly string[] | undefined
  readonly message?: OutgoingMessage
}

/** Headers that every request has; a message's own stand before them. */
const commonHeaders = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'keystead' } as const

async function fetched({ url, host, port }: Reached, { addresses, trusted, message }: Connecting): Promise<OutgoingAnswer> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<OutgoingAnswer>()
  let connected = false
  let secure = false
  const fail = (error: Error): void => {
    const failure = connected && !secure ? 'untrusted' : 'unreachable'
    reject(error instanceof OutgoingFailed ? error : new OutgoingFailed(failure, `${host}: ${error.message}`, { cause: error }))
  }
  const totalMs = message?.withinMs ?? limits.totalMs
  const outgoing = request({
    host: host.replace(/^\[|\]$/g, ''),
    port,
    path: `${url.pathname}${url.search}`,
    method: message === undefined ? 'GET' : (message.method ?? 'POST'),
    headers: {
      host: url.host,
      ...commonHeaders,
      ...message?.headers,
      ...(message !== undefined && { 'content-length': message.body.length }),
    },
    // Never one that the surroundings configured, and no connection of an earlier name.
    agent: false,
    // The name stays what the certificate must be for; where it leads was looked at.
    lookup: pinned(addresses),
    timeout: Math.min(limits.connectMs, totalMs),
    ...(trusted !== undefined && { ca: [...trusted] }),
  })
  const deadline = setTimeout(() => outgoing.destroy(new OutgoingFailed('timeout', `${host} took too long`)), totalMs)
  outgoing.on('socket', socket => {
    socket.once('connect', () => (connected = true))
    socket.once('secureConnect', () => (secure = true))
  })
  outgoing.on('timeout', () => outgoing.destroy(new OutgoingFailed('timeout', `${host} did not answer`)))
  outgoing.on('close', () => clearTimeout(deadline))
  outgoing.on('error', fail)
  outgoing.on('response', response => {
    response.on('error', fail)
    collected(response, message?.readHeader).then(settle, error => {
      outgoing.destroy()
      fail(error instanceof Error ? error : new Error(String(error)))
    })
  })
  outgoing.end(message?.body)
  return promise
}

/** Answers with the addresses that were looked at, and asks nobody again. */
const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_host, options, answer) => {
    const all = addresses.map(address => ({ address, family: isIP(address) }))
    if (options.all === true) answer(null, all)
    else answer(null, all[0]?.address ?? '', all[0]?.family)
  }

async function collected(response: IncomingMessage, readHeader: string | undefined): Promise<OutgoingAnswer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response) {
    if (!(piece instanceof Buffer)) continue
    length += piece.length
    if (length > limits.bodyBytes) throw new OutgoingFailed('tooLarge', `more than ${limits.bodyBytes} bytes`)
    pieces.push(piece)
  }
  const header = readHeader === undefined ? undefined : response.headers[readHeader]
  return {
    status: response.statusCode ?? 0,
    body: new Uint8Array(Buffer.concat(pieces)),
    ...(typeof header === 'string' && { header }),
  }
}
