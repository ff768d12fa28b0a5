// For tests alone: an issuer of tokens as it stands somewhere outside, over TLS, with keys of its own.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { loopbackRanges } from '#adapters/tls/name-constraints.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import type { Outgoing } from '#ports/outgoing.ts'
import { outgoingOver } from './outgoing.ts'

interface Answered {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface LocalIssuer extends AsyncDisposable {
  /** `https://issuer.test:PORT/realm`. */
  readonly issuer: string
  readonly port: number
  readonly host: string
  /** PEM of the authority that its certificate is of. */
  readonly ca: string
  /** The way out, with this host listed. */
  readonly outgoing: Outgoing
  /** A token of this issuer; `iat`, `nbf`, `exp` are the caller's. */
  token(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string
  /** Signs with a new key from now on, and publishes that one alone. */
  rotate(): void
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  /** What a path answers from now on, instead of its document. */
  answer(
    path: string,
    with_: { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string },
  ): void
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export async function localIssuer(host = 'issuer.test', address = '127.0.0.1'): Promise<LocalIssuer> {
  const making = { now: systemClock.now(), random: systemRandom() }
  const authority = await makeAuthority({ dns: [host], ip: loopbackRanges }, making)
  const leaf = await issueLeaf(authority, { dns: [host], ip: [address], days: 1 }, making)
  const asked: string[] = []
  const answers = new Map<string, Answered>()
  let pair = newPair()
  const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const { status = 200, headers = {}, body } = answers.get(path) ?? documentAt(path)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }).listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const issuer = `https://${host}:${port}/realm`
  const documents: Readonly<Record<string, () => unknown>> = {
    '/realm/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/keys` }),
    '/realm/keys': () => ({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: pair.kid, use: 'sig', alg: 'RS256' }] }),
  }
  const documentAt = (path: string): Answered => {
    const made = documents[path]?.()
    return made === undefined ? { status: 404, body: '{}' } : { status: 200, body: JSON.stringify(made) }
  }
  return {
    issuer,
    port,
    host,
    ca: authority.rootPem,
    asked,
    outgoing: outgoingOver({
      hosts: { federation: [{ host, port }], attestation: [] },
      ca: authority.rootPem,
      addressesOf: async () => [address],
    }),
    token(claims, header = {}) {
      const text = `${encoded({ alg: 'RS256', kid: pair.kid, ...header })}.${encoded({ iss: issuer, ...claims })}`
      return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`
    },
    rotate: () => void (pair = newPair()),
    answer: (path, answered) => void answers.set(path, answered),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function newPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject; readonly kid: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
    .slice(0, 16)
  return { publicKey, privateKey, kid }
}
