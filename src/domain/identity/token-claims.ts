import type { Jws } from '#crypto/jws.ts'
import type { Millis } from '#model/brands.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Our own claim: the credential that a token was asked for with. Taking the credential away revokes the token. */
export const credentialClaim = 'ks_cred'
/** Our own claim in users' tokens: the epoch of their sign-ins. Ending it revokes the token. */
export const epochClaim = 'ks_epoch'
/** Our own claim in tokens on behalf of a user: the grants that it rests on beside its own. */
export const chainClaim = 'ks_chain'

/** The claims that we rest on, typed; `undefined` where one is missing or of another type. Judges none of them. */
export function readClaims({ header, claims }: Pick<Jws, 'header' | 'claims'>, at: Millis): VerifiedToken | undefined {
  const texts = allOf(
    { kid: header['kid'], issuer: claims['iss'], tenantId: claims['tid'], oid: claims['oid'], appId: claims['appid'] ?? claims['azp'] },
    textOf,
  )
  const times = allOf({ issuedAt: claims['iat'], notBefore: claims['nbf'], expiresAt: claims['exp'] }, secondsOf)
  const audience = audienceOf(claims['aud'])
  if (texts === undefined || times === undefined || audience === undefined) return undefined
  const credentialId = textOf(claims[credentialClaim])
  const ofUser = userClaims(claims)
  if (ofUser === undefined) return undefined
  return {
    ...texts,
    ...times,
    audience,
    ...ofUser,
    capable: Array.isArray(claims['xms_cc']) && claims['xms_cc'].includes('CP1'),
    verifiedAt: at,
    ...(credentialId !== undefined && { credentialId }),
  }
}

/** What only a user's token says; `undefined` for one without its epoch, which could never be ended. */
function userClaims(claims: Jws['claims']): Pick<VerifiedToken, 'chain' | 'signInEpoch' | 'authTime'> | undefined {
  const signInEpoch = secondsOf(claims[epochClaim])
  const chain = claims[chainClaim] === undefined ? [] : audienceOf(claims[chainClaim])
  const authTime = secondsOf(claims['auth_time'])
  if ((claims['idtyp'] === 'user') !== (signInEpoch !== undefined) || chain === undefined) return undefined
  return { chain, ...(signInEpoch !== undefined && { signInEpoch }), ...(authTime !== undefined && { authTime }) }
}

/** What an application that asks for version 2 is shown instead: its audience is always its client id (identity-and-arm.md 1.5). */
export function asVersion2(
  claims: Readonly<Record<string, unknown>>,
  { audience, issuer }: { readonly audience: string; readonly issuer: string },
): Readonly<Record<string, unknown>> {
  const { appid, appidacr, idp: _idp, acr: _acr, amr: _amr, unique_name: _unique, upn, ...kept } = claims
  const named = upn === undefined ? {} : { preferred_username: upn }
  return { ...kept, ...named, aud: audience, iss: issuer, azp: appid, azpacr: appidacr, ver: '2.0' }
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Whole seconds (security-and-reliability.md 5.1: fractions are for client assertions alone). */
const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** One string or an array of strings: the same thing (RFC 7519 4.1.3). */
export function audienceOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((one): one is string => typeof one === 'string')
  return texts.length === value.length ? texts : undefined
}

/** Every member read by one reader, or nothing at all. */
function allOf<K extends string, T>(
  values: Readonly<Record<K, unknown>>,
  read: (value: unknown) => T | undefined,
): Record<K, T> | undefined {
  const found = Object.entries(values).map(([name, value]) => [name, read(value)] as const)
  if (found.some(([, value]) => value === undefined)) return undefined
  return Object.fromEntries(found) as Record<K, T> // oxlint-disable-line typescript/no-unsafe-type-assertion -- the same names, each with a value
}
