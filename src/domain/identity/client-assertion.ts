import { algorithmOf, parseJws, verifyJws, type Jws } from '#crypto/jws.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { certificateKey } from './client-certificates.ts'
import type { KeyCredential, Tenant } from './records.ts'
import { refused } from './refusals.ts'
import { audienceOf, textOf } from './token-claims.ts'

/** security-and-reliability.md 5.1: Terraform asks for an hour, the SDKs for ten minutes; Entra has no maximum. */
const lifeSecondsMax = 61 * 60
const skewSeconds = 5 * 60
const assertionBytesMax = 16 * 1024
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface Assertion {
  readonly text: string
  /** In lower case. */
  readonly clientId: string
  readonly tenant: Tenant
  /** Without a port: both spellings are accepted. */
  readonly loginHost: string
  readonly among: readonly KeyCredential[]
}

/** The certificate that signed a client's assertion (RFC 7523 3), in every form that clients send (identity-and-arm.md 1.3). Raises `OAuthRefused`. */
export function certificateOf(context: Needs<'identity'>, call: Call, assertion: Assertion): KeyCredential {
  const jws = assertion.text.length > assertionBytesMax ? undefined : parseJws(assertion.text)
  if (jws === undefined || 'crit' in jws.header) throw refused('assertionMalformed', 'JWT token is invalid or malformed.')
  const signer = signerOf(context, jws, inTimeFirst(assertion.among, call.at))
  if (signer === undefined)
    throw refused(
      'assertionKey',
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${namedThumbprint(jws) ?? ''}']`,
    )
  if (!isInTime(signer, call.at))
    throw refused(
      'assertionKey',
      `The certificate used to sign the client assertion is expired or not yet valid. [Reason - The key used is expired., Thumbprint of key used by client: '${signer.sha1}']`,
    )
  checkClaims(jws, call, assertion)
  return signer
}

const isInTime = ({ startAt, endAt }: KeyCredential, at: number): boolean => at >= startAt && at < endAt

/** A certificate renewed over the same key: the old one would verify as well. */
const inTimeFirst = (among: readonly KeyCredential[], at: number): readonly KeyCredential[] =>
  among.toSorted((one, other) => Number(isInTime(other, at)) - Number(isInTime(one, at)))

/** By thumbprint, SHA-256 before SHA-1, where the header names one of ours; else whichever of the registered ones verifies. */
function signerOf(context: Needs<'identity'>, jws: Jws, among: readonly KeyCredential[]): KeyCredential | undefined {
  const algorithm = algorithmOf(jws, ['RS256', 'PS256', 'ES256'])
  if (algorithm === undefined) return undefined
  const names = new Set(['x5t#S256', 'x5t', 'kid'].map(name => thumbprint(jws, name)))
  const named = among.filter(({ sha1, sha256 }) => names.has(sha256) || names.has(sha1))
  const candidates = named.length > 0 ? named : among
  return candidates.find(credential => verifyJws(jws, { algorithm, key: certificateKey(context, credential), derToo: true }))
}

/** MSAL for Python and Terraform pad what RFC 7515 4.1.7 has without padding. */
const thumbprint = ({ header }: Jws, name: string): string | undefined => textOf(header[name])?.replace(/={1,2}$/, '')

const namedThumbprint = (jws: Jws): string | undefined =>
  (thumbprint(jws, 'x5t#S256') ?? thumbprint(jws, 'x5t') ?? thumbprint(jws, 'kid'))?.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 64)

function checkClaims({ claims }: Jws, call: Call, assertion: Assertion): void {
  const jti = textOf(claims['jti'])
  if (jti === undefined) throw refused('assertionMalformed', "The client assertion has no claim 'jti'.")
  // Noted, not used up: MSAL presents one assertion to every resource that it asks a token for.
  call.details.set('jti', jti)
  const isClient = (value: unknown): boolean => textOf(value)?.toLowerCase() === assertion.clientId
  if (!isClient(claims['iss']) || !isClient(claims['sub']))
    throw refused('assertionMalformed', "The claims 'iss' and 'sub' of the client assertion are not the client_id.")
  if (audienceOf(claims['aud'])?.some(audience => accepts(audience, assertion)) !== true)
    throw refused('assertionMalformed', "The claim 'aud' of the client assertion does not name this token endpoint.")
  checkTimes(claims, call.at / 1_000)
}

function checkTimes(claims: Jws['claims'], now: number): void {
  const [from, issued, until] = [claims['nbf'], claims['iat'], claims['exp']].map(secondsOf)
  const begins = from ?? issued ?? now
  const inTime = until !== undefined && until > now - skewSeconds && begins <= now + skewSeconds && (issued ?? begins) <= now + skewSeconds
  if (inTime && until - (issued ?? begins) <= lifeSecondsMax) return
  throw refused(
    'assertionTimes',
    `Client assertion is not within its valid time range. Current time: ${sayTime(now)}, assertion valid from ${sayTime(begins)}, expiry time of assertion ${sayTime(until)}.`,
  )
}

/** Fractions too: MSAL for Python sends them. */
const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 1e11 ? value : undefined

const sayTime = (seconds: number | undefined): string =>
  seconds === undefined
    ? 'unknown'
    : Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds) * 1_000).toString({ smallestUnit: 'second' })

/** The token endpoint as anybody spells it, or the v2 issuer; the host's port is not looked at. */
function accepts(audience: string, { tenant, loginHost }: Assertion): boolean {
  const parts = /^https:\/\/([^/:]+)(?::\d{1,5})?\/([^/]+)\/(.+)$/.exec(audience)
  const [, host, named = '', rest = ''] = parts ?? []
  if (host?.toLowerCase() !== loginHost) return false
  const names = [tenant.tenantId, ...tenant.domains, 'common', 'organizations', 'adfs']
  if (!names.some(name => name.toLowerCase() === named.toLowerCase())) return false
  return ['oauth2/v2.0/token', 'oauth2/token', 'v2.0'].includes(rest)
}
