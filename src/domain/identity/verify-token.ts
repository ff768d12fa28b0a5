import { hash, type KeyObject, X509Certificate } from 'node:crypto'
import { algorithmOf, parseJws, verifyJws, type Jws } from '#crypto/jws.ts'
import type { Millis } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { grantOf } from '#domain/federation/records.ts'
import { isPublished } from './signing-keys.ts'
import { leewaySeconds, tokenLifeSecondsMax } from './lifetimes.ts'
import type { Application, ServicePrincipal, SigningKey } from './records.ts'
import { readClaims } from './token-claims.ts'
import type { VerifiedToken } from './verified-token.ts'

/** security-and-reliability.md 5.1. */
const tokenBytesMax = 16 * 1024
const goodForMs = 300_000

type TokenNeeds = Needs<'identity' | 'instance'>

export interface Presented {
  readonly token: string
  /** What this listener is called: `audiencesOf`. */
  readonly audiences: readonly string[]
  /** `https://login.D[:port]`, as the refusal names the issuer that was expected. */
  readonly login: string
  /** The listener's own name in a refusal. */
  readonly resourceName: string
  /** Where only one tenant's tokens count: a vault's. */
  readonly tenantId?: string
}

/**
 * Who holds this access token. The signature alone may come from memory; principal, credential and audience are looked up each time.
 * Raises `TokenMalformed`, `TokenSignatureInvalid`, `TokenIssuerInvalid`, `TokenAudienceInvalid`, `TokenExpired`, `TokenNotYetValid`, `TokenRevoked`.
 */
export async function verifyToken(context: TokenNeeds, call: Call, presented: Presented): Promise<Principal> {
  const { audiences, login, tenantId } = presented
  const token = signedToken(context, call.at, presented)
  if (tenantId !== undefined && token.tenantId !== tenantId.toLowerCase())
    throw new Problem({ code: 'TokenIssuerInvalid', details: { expected: `${login}/${tenantId}/`, found: token.issuer } })
  if (!token.audience.some(audience => audiences.includes(audience)))
    throw new Problem({
      code: 'TokenAudienceInvalid',
      details: { expected: audiences[0] ?? presented.resourceName, found: token.audience.join(', ') },
    })
  checkTimes(token, call.at)
  const principal = token.signInEpoch === undefined ? principalOf(context, token) : userOf(context, token)
  if (principal !== undefined) return principal
  throw new Problem({ code: 'TokenRevoked', details: { issuedAfter: token.capable ? Math.floor(call.at / 1_000) : undefined } })
}

/** A token that a tenant of this instance has signed, whoever it is for and whenever it counts. Raises `TokenMalformed`, `TokenSignatureInvalid`, `TokenIssuerInvalid`. */
export const signedToken = (context: TokenNeeds, at: Millis, presented: Pick<Presented, 'token' | 'login'>): VerifiedToken =>
  knownToken(context, at, presented.token) ?? checkSignature(context, at, presented)

const keyOf = (token: string): string => hash('sha256', token, 'base64url')

/** A token whose signature was found good lately, under a key that is still published. */
function knownToken({ identity }: TokenNeeds, at: Millis, token: string): VerifiedToken | undefined {
  const known = identity.tokens.get(keyOf(token))
  if (known === undefined || at >= known.verifiedAt + goodForMs) return undefined
  const key = identity.index.signingKey(known.tenantId, known.kid)
  return key !== undefined && isPublished(key, at) ? known : undefined
}

function checkSignature(context: TokenNeeds, at: Millis, { token, login }: Pick<Presented, 'token' | 'login'>): VerifiedToken {
  const jws = token.length > tokenBytesMax ? undefined : parseJws(token)
  if (jws === undefined || !headerIsPlain(jws)) throw new Problem({ code: 'TokenMalformed' })
  const claims = readClaims(jws, at)
  if (claims === undefined) throw new Problem({ code: 'TokenMalformed' })
  const { identity, instance } = context
  // The tenant in the issuer's path is the tenant of the claim (CVE-2025-55241), and the key is looked up within it, never by kid alone.
  if (claims.issuer !== issuerOf(claims, instance.domain) || identity.index.tenant(claims.tenantId) === undefined)
    throw new Problem({ code: 'TokenIssuerInvalid', details: { expected: `${login}/`, found: claims.issuer.slice(0, 256) } })
  const key = identity.index.signingKey(claims.tenantId, claims.kid)
  if (key === undefined || !isPublished(key, at)) throw new Problem({ code: 'TokenSignatureInvalid' })
  if (!verifyJws(jws, { algorithm: 'RS256', key: publicKeyOf(context, key.value) })) throw new Problem({ code: 'TokenSignatureInvalid' })
  identity.tokens.set(keyOf(token), claims)
  return claims
}

/** Did this tenant's key, still published, sign it? Nothing is said of who it is for, and when. */
export function isSignedBy(
  context: Needs<'identity'>,
  jws: Jws,
  { tenantId, kid }: { readonly tenantId: string; readonly kid: string },
): boolean {
  const key = context.identity.index.signingKey(tenantId, kid)
  return key !== undefined && headerIsPlain(jws) && verifyJws(jws, { algorithm: 'RS256', key: publicKeyOf(context, key.value) })
}

/** RS256 and nothing else; no extension that we would have to understand; a token, not an assertion or an id token. Keys that a header brings along are not looked at. */
function headerIsPlain(jws: Jws): boolean {
  const { header } = jws
  const type = header['typ']
  if (algorithmOf(jws, ['RS256']) === undefined || 'crit' in header || 'zip' in header || 'b64' in header) return false
  return typeof type === 'string' && ['jwt', 'at+jwt'].includes(type.toLowerCase())
}

/** The login host in any of its spellings of the port: the way in is not part of who issued. */
function issuerOf({ issuer, tenantId }: Pick<VerifiedToken, 'issuer' | 'tenantId'>, domain: string): string {
  const port = /^https:\/\/[^/:]+(:\d{1,5})\//.exec(issuer)?.[1] ?? ''
  return `https://login.${domain}${port}/${tenantId}/${issuer.endsWith('/v2.0') ? 'v2.0' : ''}`
}

/** Raises `TokenExpired`, `TokenNotYetValid`. */
export function checkTimes({ issuedAt, notBefore, expiresAt }: VerifiedToken, at: Millis): void {
  const now = at / 1_000
  if (expiresAt - issuedAt > tokenLifeSecondsMax || now >= expiresAt + leewaySeconds) throw new Problem({ code: 'TokenExpired' })
  if (now < Math.max(notBefore, issuedAt) - leewaySeconds) throw new Problem({ code: 'TokenNotYetValid' })
}

/** The user as the directory has it now, if signed in since the last sign-out everywhere, by a grant that was not taken back, through a client that may still act. */
function userOf({ identity }: TokenNeeds, token: VerifiedToken): Principal | undefined {
  const { tenantId, oid, appId, credentialId, issuer, signInEpoch } = token
  const user = identity.index.user(tenantId, oid)?.value
  if (user?.enabled !== true || user.signInEpoch !== signInEpoch) return undefined
  if (credentialId === undefined || [...token.chain, credentialId].some(grant => identity.index.isRevoked(tenantId, grant)))
    return undefined
  const client = identity.index.applicationFor(tenantId, appId)
  if (client === undefined || identity.index.servicePrincipalOfApp(tenantId, appId)?.value.enabled !== true) return undefined
  const { userPrincipalName } = user
  return { id: oid, tenant: tenantId, kind: 'user', userPrincipalName, appId, issuer, credentialId, authMethod: 'password' }
}

/** The principal as the directory has it now, if it is there, enabled, of the same application, and its credential was not taken away. */
function principalOf({ identity }: TokenNeeds, token: VerifiedToken): Principal | undefined {
  const { tenantId, oid, appId, credentialId, issuer } = token
  const principal = identity.index.servicePrincipal(tenantId, oid)?.value
  if (principal === undefined || !stillGood(principal, token)) return undefined
  const of = { id: oid, tenant: tenantId, appId, issuer }
  if (principal.kind === 'managedIdentity') return managedIdentityOf(principal, { of, credentialId })
  const application = identity.index.applicationFor(tenantId, appId)?.value
  if (application === undefined || credentialId === undefined) return undefined
  const authMethod = methodOf(application, { principal, credentialId })
  return authMethod === undefined ? undefined : { ...of, kind: 'application', credentialId, authMethod }
}

/** The resource's own token names no credential; one that an issuer outside vouched for is good while that is what the identity says of him. */
function managedIdentityOf(
  { federatedCredentials = [] }: ServicePrincipal,
  { of, credentialId }: { readonly of: Omit<Principal, 'kind'>; readonly credentialId: string | undefined },
): Principal | undefined {
  if (credentialId === undefined) return { ...of, kind: 'managedIdentity', authMethod: 'managedIdentity' }
  const there = federatedCredentials.some(one => grantOf(one) === credentialId)
  return there ? { ...of, kind: 'managedIdentity', credentialId, authMethod: 'federated' } : undefined
}

const stillGood = (principal: ServicePrincipal, token: VerifiedToken): boolean =>
  principal.enabled && principal.appId === token.appId && Math.floor((principal.tokensValidFrom ?? 0) / 1_000) <= token.issuedAt

/** What the credential is that the token was asked for with, while it is there. */
function methodOf(
  application: Application,
  { principal, credentialId }: { readonly principal: ServicePrincipal; readonly credentialId: string },
): 'secret' | 'certificate' | 'federated' | undefined {
  const passwords = [...application.passwordCredentials, ...principal.passwordCredentials]
  if (passwords.some(({ keyId }) => keyId === credentialId)) return 'secret'
  if (application.keyCredentials.some(({ keyId }) => keyId === credentialId)) return 'certificate'
  return application.federatedCredentials?.some(one => grantOf(one) === credentialId) === true ? 'federated' : undefined
}

function publicKeyOf({ identity }: Needs<'identity'>, { kid, certificate }: SigningKey): KeyObject {
  const known = identity.publicKeys.get(kid)
  if (known !== undefined) return known
  const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
  identity.publicKeys.set(kid, key)
  return key
}
