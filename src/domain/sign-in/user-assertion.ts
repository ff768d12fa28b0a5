import { parseJws } from '#crypto/jws.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Application, User } from '#domain/identity/records.ts'
import { refused } from '#domain/identity/refusals.ts'
import { textOf } from '#domain/identity/token-claims.ts'
import { checkTimes, signedToken } from '#domain/identity/verify-token.ts'
import type { VerifiedToken } from '#domain/identity/verified-token.ts'
import { userStill } from './grants.ts'

type AssertionNeeds = Needs<'identity' | 'instance'>

/** A token that some tenant here has signed. Raises `OAuthRefused`. */
export function signedAssertion(
  context: AssertionNeeds,
  call: Call,
  shown: { readonly token: string; readonly login: string },
): VerifiedToken {
  try {
    return signedToken(context, call.at, shown)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.body.code !== 'TokenMalformed')
      throw refused('assertionInvalid', 'Assertion failed signature validation. [Reason - The key was not found.]')
    if (isIdToken(shown.token))
      throw refused('assertionIdToken', "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.")
    throw refused('assertionNoToken', 'JWT token is invalid or malformed.')
  }
}

/** It says who somebody is and not who may ask for him: only the words of the refusal hang on this. */
function isIdToken(text: string): boolean {
  const claims = parseJws(text)?.claims ?? {}
  return textOf(claims['oid']) !== undefined && claims['appid'] === undefined && claims['azp'] === undefined
}

export interface Asserted {
  readonly user: User
  readonly signInEpoch: number
  readonly authTime: number
  /** What the assertion rests on, the last one its own. */
  readonly grants: readonly string[]
}

/** A chain of applications that call one another ends somewhere. */
const chainMax = 16

/** Whom the client may act for: the user of a token that is for the client itself, still good in every respect. Raises `OAuthRefused`. */
export function assertedUser(
  context: AssertionNeeds,
  call: Call,
  { token, client, tenantId }: { readonly token: VerifiedToken; readonly client: Application; readonly tenantId: string },
): Asserted {
  if (token.tenantId !== tenantId)
    throw refused('assertionInvalid', 'Assertion failed validation. [Reason - The assertion was issued by another tenant.]')
  const { signInEpoch, credentialId, chain } = token
  if (signInEpoch === undefined || credentialId === undefined)
    throw refused('assertionOfApplication', `Application '${client.appId}' is not allowed to make application on-behalf-of calls.`)
  checkAudience(token, client)
  checkTime(call, token)
  const authTime = (token.authTime ?? token.issuedAt) * 1_000
  const user = userStill(context, { tenantId, userId: token.oid, signInEpoch, authTime })
  const grants = [...chain, credentialId]
  checkGrants(context, grants, token)
  return { user, signInEpoch, authTime, grants }
}

function checkAudience({ audience }: VerifiedToken, { appId, identifierUris, displayName }: Application): void {
  const own = new Set([appId, `spn:${appId}`, ...identifierUris].map(name => name.toLowerCase()))
  if (audience.length === 1 && audience.every(name => own.has(name.toLowerCase()))) return
  throw refused(
    'assertionAudience',
    `Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '${audience.join(', ').slice(0, 256)}' and the expected audience is '${identifierUris[0] ?? appId}' or one of the Application Uris of this application with App ID '${appId}'(${displayName}). The downstream client must request a token for the expected audience (the application that made the OBO request) and this application should use that token as the assertion.`,
  )
}

function checkTime(call: Call, token: VerifiedToken): void {
  try {
    checkTimes(token, call.at)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw refused(
      'assertionNotInTime',
      `Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: ${at(call.at)}, expiry time of assertion ${at(token.expiresAt * 1_000)}.`,
    )
  }
}

const at = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString()

/** Whom the token was given to may still act, and nothing that it rests on was taken back. */
function checkGrants({ identity: { index } }: AssertionNeeds, grants: readonly string[], { tenantId, appId }: VerifiedToken): void {
  if (grants.length > chainMax)
    throw refused('assertionInvalid', 'Assertion failed validation. [Reason - Too many applications act for one another.]')
  if (grants.some(grant => index.isRevoked(tenantId, grant)))
    throw refused(
      'revokedGrant',
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user signs in again.',
    )
  if (index.applicationFor(tenantId, appId) === undefined || index.servicePrincipalOfApp(tenantId, appId)?.value.enabled !== true)
    throw refused(
      'assertionInvalid',
      `Assertion failed validation. [Reason - The application '${appId}' that it was issued to is disabled.]`,
    )
}
