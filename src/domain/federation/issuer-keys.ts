import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { Jws, JwsAlgorithm } from '#crypto/jws.ts'
import type { Millis } from '#model/brands.ts'
import type { Log } from '#ports/log.ts'
import { OutgoingFailed, type Outgoing, type OutgoingPurpose } from '#ports/outgoing.ts'
import { generations } from '#domain/generations.ts'

export interface IssuerKey {
  readonly kid: string | undefined
  readonly algorithms: readonly JwsAlgorithm[]
  readonly key: KeyObject
}

/** Public keys of issuers outside, as their own documents say. */
export interface IssuerKeys {
  /** The keys that may have signed this; none where the issuer has none of that name. Rejects with `OutgoingFailed` where the issuer never answered. */
  keysFor(issuer: string, jws: Pick<Jws, 'header'>, at: Millis): Promise<readonly IssuerKey[]>
}

/** Fresh so long; asked again for a key that is not known, though not at every stranger's word; kept so long where the issuer is silent (security-and-reliability.md 5.1, 5.7). */
const freshMs = 10 * 60_000
const cooldownMs = 30_000
const staleMs = 60 * 60_000
const issuersMax = 500
const keysMax = 100
const rsaBitsMin = 2_048

const discovery = z.object({ issuer: z.string(), jwks_uri: z.string() })
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(keysMax) })

interface Known {
  readonly keys: readonly IssuerKey[]
  readonly fetchedAt: number
}

interface Issuer {
  known: Known | undefined
  triedAt: number
  failure: Error | undefined
}

interface World {
  readonly outgoing: Outgoing
  readonly log: Pick<Log, 'warn'>
  /** What their word is taken for, and by which list they are reached. */
  readonly purpose: OutgoingPurpose
}

export function issuerKeys(world: World): IssuerKeys {
  const { log, purpose } = world
  const issuers = generations<Issuer>(issuersMax)
  const fetching = new Map<string, Promise<void>>()

  async function refresh(name: string, issuer: Issuer, at: number): Promise<void> {
    issuer.triedAt = at
    try {
      issuer.known = { keys: await fetchKeys(world, name), fetchedAt: at }
      issuer.failure = undefined
    } catch (error) {
      log.warn(`${purpose}-keys`, { issuer: name, failure: error instanceof OutgoingFailed ? error.failure : 'malformed' })
      // No new keys; what was known goes on until it is stale, and nothing is ever let through unverified.
      issuer.failure = error instanceof Error ? error : new Error('the keys of an issuer were not to be had', { cause: error })
    } finally {
      fetching.delete(name)
    }
  }

  return {
    async keysFor(name, jws, at) {
      const issuer = issuers.get(name) ?? { known: undefined, triedAt: -Infinity, failure: undefined }
      issuers.set(name, issuer)
      const wanted = (): readonly IssuerKey[] => chosen(usable(issuer.known, at), jws)
      const fresh = issuer.known !== undefined && at < issuer.known.fetchedAt + freshMs
      if (fresh && wanted().length > 0) return wanted()
      if (at >= issuer.triedAt + cooldownMs) fetching.set(name, refresh(name, issuer, at))
      await fetching.get(name)
      if (usable(issuer.known, at).length === 0 && issuer.failure !== undefined) throw issuer.failure
      return wanted()
    },
  }
}

const usable = (known: Known | undefined, at: number): readonly IssuerKey[] =>
  known !== undefined && at < known.fetchedAt + staleMs ? known.keys : []

/** By the header's `kid`; without one there must be but one key. */
function chosen(keys: readonly IssuerKey[], { header }: Pick<Jws, 'header'>): readonly IssuerKey[] {
  const { kid } = header
  if (kid === undefined) return keys.length === 1 ? keys : []
  return keys.filter(key => key.kid === kid)
}

async function fetchKeys(world: World, issuer: string): Promise<readonly IssuerKey[]> {
  const document = discovery.parse(await fetchJson(world, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
  // OpenID Connect Discovery 4.3: the document is that issuer's own, or nobody's.
  if (document.issuer !== issuer) throw new OutgoingFailed('unreachable', 'the document is of another issuer')
  const { keys } = keySet.parse(await fetchJson(world, document.jwks_uri))
  return keys.flatMap(keyOf)
}

async function fetchJson({ outgoing, purpose }: World, url: string): Promise<unknown> {
  const { status, body } = await outgoing.get(purpose, url)
  if (status !== 200) throw new OutgoingFailed('unreachable', `an answer of status ${status}`)
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}

/** RFC 7517 4: a key for signatures, of a kind and size that we verify; whatever else stands in the set is left out. */
function keyOf(jwk: Readonly<Record<string, unknown>>): readonly IssuerKey[] {
  const { kid, use, alg } = jwk
  if ((use !== undefined && use !== 'sig') || (kid !== undefined && typeof kid !== 'string')) return []
  const found = publicKeyOf(jwk)
  const algorithms = found === undefined ? [] : algorithmsOf(found).filter(name => alg === undefined || alg === name)
  return found === undefined || algorithms.length === 0 ? [] : [{ kid, algorithms, key: found }]
}

function publicKeyOf(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  // The public members alone: a private key in a public document is still only looked at as a public one.
  const { kty, n, e, crv, x, y } = jwk
  const members = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
  try {
    return createPublicKey({ key: z.record(z.string(), z.string()).parse(members), format: 'jwk' })
  } catch {
    return undefined
  }
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly JwsAlgorithm[] {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBitsMin ? ['RS256', 'PS256'] : []
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1' ? ['ES256'] : []
}
