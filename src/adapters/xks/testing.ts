// For tests alone: a proxy of an external key manager over TLS, with keys and mathematics of its own. It verifies every signature by itself.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { loopbackRanges } from '#adapters/tls/name-constraints.ts'
import { outgoingOver } from '#adapters/outgoing/outgoing.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import type { Outgoing } from '#ports/outgoing.ts'
import { answered, isRefusal, newXksKey, refuse, type XksKey } from './testing-keys.ts'
import type { Credential } from './testing-signature.ts'

export interface LocalXksProxy extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly endpoint: string
  readonly path: string
  readonly credential: Credential
  readonly hosts: readonly AllowedHost[]
  /** PEM of the authority that its certificate is of. */
  readonly ca: string
  readonly outgoing: Outgoing
  /** What it was asked for: path below its own, and the body. */
  readonly asked: { readonly call: string; readonly body: Readonly<Record<string, unknown>> }[]
  /** Keys that it has; more may be added. */
  readonly keys: Map<string, XksKey>
  /** Answers so instead, where a call begins so, until it is taken back. */
  answer(call: string, answered: Answered | undefined): void
  /** Takes another credential from now on. */
  credentialIs(credential: Credential): void
}

export interface Answered {
  readonly status?: number
  readonly body?: unknown
  readonly delayMs?: number
  /** Spoils a good answer. */
  readonly spoil?: (body: Record<string, unknown>) => void
}

export async function localXksProxy(host = 'xks.test', address = '127.0.0.1'): Promise<LocalXksProxy> {
  const making = { now: systemClock.now(), random: systemRandom() }
  const authority = await makeAuthority({ dns: [host], ip: loopbackRanges }, making)
  const leaf = await issueLeaf(authority, { dns: [host], ip: [address], days: 1 }, making)
  const manager = newManager()
  const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (request, response) => {
    void said(manager, request).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body)),
    )
  }).listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const hosts = [{ host, port }]
  return {
    host,
    port,
    endpoint: `https://${host}`,
    path: ownPath,
    get credential() {
      return manager.credential
    },
    hosts,
    ca: authority.rootPem,
    outgoing: outgoingOver({ hosts: { keyStores: hosts }, ca: authority.rootPem, addressesOf: async () => [address] }),
    asked: manager.asked,
    keys: manager.keys,
    answer(call, one) {
      if (one === undefined) manager.answers.delete(call)
      else manager.answers.set(call, one)
    },
    credentialIs: other => void (manager.credential = other),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const ownPath = '/team/kms/xks/v1'

interface Manager {
  readonly asked: LocalXksProxy['asked']
  readonly keys: Map<string, XksKey>
  readonly answers: Map<string, Answered>
  credential: Credential
}

const newManager = (): Manager => ({
  asked: [],
  keys: new Map([['key-1', newXksKey()]]),
  answers: new Map(),
  credential: { accessKeyId: 'ABCDEFGHIJKLMNOPQRST', secret: systemRandom().bytes(32).toBase64() },
})

async function said({ asked, keys, answers, credential }: Manager, request: IncomingMessage): Promise<Said> {
  const bytes = await bodyOf(request)
  const { url = '' } = request
  const [call, body] = [url.slice(ownPath.length + 1), asRecord(bytes)]
  asked.push({ call, body })
  const own = url.startsWith(`${ownPath}/`)
  const answer = own ? answered({ request, bytes, credential }, { call, body, keys }) : refuse(404, 'InvalidUriPathException')
  const instead = [...answers].find(([begins]) => call.startsWith(begins))?.[1]
  return changed({ status: isRefusal(answer) ? answer.status : 200, body: { ...answer } }, instead)
}

interface Said {
  readonly status: number
  readonly body: unknown
}

async function changed({ status, body }: Said & { readonly body: Record<string, unknown> }, instead: Answered | undefined): Promise<Said> {
  if (instead === undefined) return { status, body }
  instead.spoil?.(body)
  if (instead.delayMs !== undefined) await new Promise(resolve => setTimeout(resolve, instead.delayMs))
  return { status: instead.status ?? status, body: 'body' in instead ? instead.body : body }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) if (piece instanceof Buffer) pieces.push(piece)
  return Buffer.concat(pieces)
}

function asRecord(bytes: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString())
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
