import { algorithmOf, parseJws, verifyJws, type Jws } from '#crypto/jws.ts'
import { Problem, problemKinds } from '#model/problem.ts'
import type { OwnedFacts } from '#domain/access/permit.ts'
import { identityProviderArn } from '#domain/accounts/arn.ts'
import type { IdentityProvider } from '#domain/accounts/records.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { audienceOf, textOf } from '#domain/identity/token-claims.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'

/** Whom an issuer vouches for, by a token that was checked. */
export interface WebIdentity {
  /** The issuer as the account's policies name it. */
  readonly providerArn: string
  readonly subject: string
  readonly audience: string
  /** The token's claims, by condition keys that begin with the issuer's name. */
  readonly claims: OwnedFacts
}

type WebNeeds = Needs<'accounts' | 'identityProviders' | 'identity' | 'instance'>

const bytesMax = 20_000
const skewSeconds = 5 * 60
const lifeSecondsMax = 24 * 3_600

type Reason = 'invalid' | 'rejected' | 'unreachable' | 'expired'
const refuse = (reason: Reason, message: string): Problem => new Problem({ code: 'WebIdentityRefused', details: { reason, message } })

interface Vouched {
  readonly jws: Jws
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
}

/** Whom the token vouches for in an account that takes its issuer's word. Raises `WebIdentityRefused`. */
export async function webIdentityOf(
  context: WebNeeds,
  call: Call,
  { token, accountId }: { readonly token: string; readonly accountId: string },
): Promise<WebIdentity> {
  const vouched = read(token)
  const { issuer, subject, audiences } = vouched
  call.details.set('issuer', issuer.slice(0, 256)).set('subject', subject.slice(0, 256))
  const provider = await providerOf(context, call, { accountId, issuer })
  const audience = audiences.find(one => provider.clientIds.includes(one))
  if (audience === undefined) throw refuse('invalid', 'Incorrect token audience')
  if (isOwn(issuer, context.instance.domain)) await checkOwn(context, call, { token, audience })
  else await checkOutside(context, call, vouched)
  return { providerArn: identityProviderArn(accountId, provider.url), subject, audience, claims: claimFacts(provider.url, vouched) }
}

function read(token: string): Vouched {
  const jws = token.length > bytesMax ? undefined : parseJws(token)
  const vouched = jws !== undefined && headerIsPlain(jws) ? claimed(jws) : undefined
  if (vouched === undefined)
    throw refuse('invalid', 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)')
  return vouched
}

function claimed(jws: Jws): Vouched | undefined {
  const audiences = audienceOf(jws.claims['aud'])
  const [issuer, subject] = [textOf(jws.claims['iss']), textOf(jws.claims['sub'])]
  if (audiences === undefined || subject === undefined || issuer?.startsWith('https://') !== true) return undefined
  return { jws, issuer, subject, audiences }
}

/** No extension that we would have to understand. Keys that a header brings along are not looked at. */
const headerIsPlain = ({ header }: Jws): boolean => !('crit' in header) && !('zip' in header) && !('b64' in header)

/** Without its scheme and the slash at its end. */
const nameOf = (issuer: string): string => issuer.slice('https://'.length).replace(/\/$/, '')

/** Of our own token service the port is the way in, and part of no name. */
async function providerOf(
  context: WebNeeds,
  call: Call,
  { accountId, issuer }: { readonly accountId: string; readonly issuer: string },
): Promise<IdentityProvider> {
  const { accounts, identityProviders, instance } = context
  const account = await accounts.get(call, instance.installation, [accountId])
  const names = [nameOf(issuer), ...(isOwn(issuer, instance.domain) ? [nameOf(issuer).replace(/:\d{1,5}/, '')] : [])]
  for (const name of new Set(names)) {
    const held = account && (await identityProviders.get(call, account.value.compartment, [name]))
    if (held !== undefined) return held.value
  }
  throw refuse('invalid', `No OpenIDConnect provider found in your account for ${issuer.slice(0, 256)}`)
}

const isOwn = (issuer: string, domain: string): boolean => /^https:\/\/([^/:]+)/.exec(issuer)?.[1] === `login.${domain}`

/** An access token of a tenant here: the principal must still be there, enabled, and have the credential that the token was given for. */
async function checkOwn(
  context: WebNeeds,
  call: Call,
  { token, audience }: { readonly token: string; readonly audience: string },
): Promise<void> {
  const login = `https://login.${context.instance.domain}`
  try {
    await verifyToken(context, call, { token, audiences: [audience], login, resourceName: audience })
  } catch (error) {
    if (!(error instanceof Problem) || problemKinds[error.body.code] !== 'unauthenticated') throw error
    throw error.body.code === 'TokenExpired' ? expired() : refuse('invalid', 'Invalid identity token: its issuer does not vouch for it.')
  }
}

const expired = (): Problem => refuse('expired', 'Token expired: current date/time must be before the expiration date/time')

async function checkOutside(context: WebNeeds, call: Call, { jws, issuer }: Vouched): Promise<void> {
  const now = call.at / 1_000
  const [from, issued, until] = ['nbf', 'iat', 'exp'].map(name => jws.claims[name])
  const begins = [from, issued].filter(time => time !== undefined)
  const isTime = (time: unknown): time is number => typeof time === 'number' && Number.isFinite(time) && time >= 0
  if (!isTime(until) || !begins.every(isTime)) throw refuse('invalid', 'Invalid identity token: its times are none.')
  if (until <= now - skewSeconds) throw expired()
  if (begins.some(time => time > now + skewSeconds || until - time > lifeSecondsMax))
    throw refuse('rejected', 'The token is not valid at this time.')
  const algorithm = algorithmOf(jws, ['RS256', 'PS256', 'ES256'])
  // Dear, and the same in every try of one request.
  const keys = await call.once(`keys of ${issuer}`, async () => keysOf(context, call, { jws, issuer }))
  const good =
    algorithm !== undefined && keys.some(({ algorithms, key }) => algorithms.includes(algorithm) && verifyJws(jws, { algorithm, key }))
  if (!good)
    throw refuse(
      'invalid',
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
}

async function keysOf({ identity }: WebNeeds, call: Call, { jws, issuer }: Pick<Vouched, 'jws' | 'issuer'>) {
  try {
    return await identity.issuers.keysFor(issuer, jws, call.at)
  } catch {
    // The caller learns that it failed and no more: what stands behind a name is not his to find out.
    throw refuse('unreachable', "Couldn't reach your identity provider.")
  }
}

/** `{issuer}:sub`, `{issuer}:aud`, and whatever other claims are texts. */
function claimFacts(url: string, { jws, audiences }: Vouched): OwnedFacts {
  const prefix = `${url.toLowerCase()}:`
  // A claim of the very name is meant, whatever other ones differ from it in case alone.
  const named = Object.entries(jws.claims).toSorted(
    ([name], [other]) => Number(name === name.toLowerCase()) - Number(other === other.toLowerCase()),
  )
  const claims = new Map(named.map(([name, value]) => [name.toLowerCase(), value]))
  return name => {
    if (!name.startsWith(prefix)) return undefined
    const claim = name.slice(prefix.length)
    if (claim === 'aud') return audiences
    const value = claims.get(claim)
    return typeof value === 'string' ? value : audienceOf(value)
  }
}
