import { algorithmOf, parseJws, verifyJws, type Jws } from '#crypto/jws.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { refused } from '#domain/identity/refusals.ts'
import { audienceOf, textOf } from '#domain/identity/token-claims.ts'
import type { FederatedCredential } from './records.ts'

const bytesMax = 16 * 1024
const skewSeconds = 5 * 60
const lifeSecondsMax = 24 * 3_600

/** Does somebody outside vouch for this client? A client's own assertion names the client as its issuer (RFC 7523 3), never a URL. */
export function isFederated(text: string): boolean {
  const issuer = text.length > bytesMax ? undefined : textOf(parseJws(text)?.claims['iss'])
  return issuer?.startsWith('https://') === true
}

interface Vouched {
  readonly jws: Jws
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
}

/** The credential that an issuer outside vouches for by this token (identity-and-arm.md 1.4). Raises `OAuthRefused`. */
export async function federatedCredentialOf(
  context: Needs<'identity'>,
  call: Call,
  presented: { readonly text: string; readonly among: readonly FederatedCredential[] },
): Promise<FederatedCredential> {
  const vouched = read(presented.text)
  call.details.set('issuer', vouched.issuer.slice(0, 256)).set('subject', vouched.subject.slice(0, 256))
  const credential = matching(vouched, presented.among)
  checkTimes(vouched.jws, call.at / 1_000)
  await checkSignature(context, call, vouched)
  return credential
}

function read(text: string): Vouched {
  const jws = text.length > bytesMax ? undefined : parseJws(text)
  const audiences = audienceOf(jws?.claims['aud'])
  const [issuer, subject] = [textOf(jws?.claims['iss']), textOf(jws?.claims['sub'])]
  if (jws === undefined || issuer === undefined || subject === undefined || audiences === undefined || !headerIsPlain(jws))
    throw refused('assertionMalformed', 'JWT token is invalid or malformed.')
  return { jws, issuer, subject, audiences }
}

/** No extension that we would have to understand. Keys that a header brings along are not looked at. */
const headerIsPlain = ({ header }: Jws): boolean => !('crit' in header) && !('zip' in header) && !('b64' in header)

/** Issuer, subject and audience, each to the letter: the first that nothing matches is what the refusal names. */
function matching({ issuer, subject, audiences }: Vouched, among: readonly FederatedCredential[]): FederatedCredential {
  const said = (what: string, value: string): string =>
    `No matching federated identity record found for presented assertion ${what} '${value.slice(0, 256)}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`
  if (among.length === 0) throw refused('noFederation', said('issuer', issuer))
  const ofIssuer = among.filter(one => one.issuer === issuer)
  if (ofIssuer.length === 0) throw refused('federatedIssuer', said('issuer', issuer))
  const ofSubject = ofIssuer.filter(one => one.subject === subject)
  if (ofSubject.length === 0) throw refused('federatedSubject', said('subject', subject))
  const found = ofSubject.find(one => one.audiences.some(audience => audiences.includes(audience)))
  if (found === undefined) throw refused('federatedAudience', said('audience', audiences.join(', ')))
  return found
}

/** Whole seconds of the issuer's clock, with the skew that clients have. */
function checkTimes({ claims }: Jws, now: number): void {
  const [from, issued, until] = ['nbf', 'iat', 'exp'].map(name => claims[name])
  const begins = [from, issued].filter(time => time !== undefined)
  const isTime = (time: unknown): time is number => typeof time === 'number' && Number.isFinite(time) && time >= 0
  const inTime =
    isTime(until) &&
    begins.every(isTime) &&
    until > now - skewSeconds &&
    begins.every(time => time <= now + skewSeconds && until - time <= lifeSecondsMax)
  if (!inTime) throw refused('assertionTimes', 'Client assertion is not within its valid time range.')
}

async function checkSignature(context: Needs<'identity'>, call: Call, { jws, issuer }: Vouched): Promise<void> {
  const algorithm = algorithmOf(jws, ['RS256', 'PS256', 'ES256'])
  // Dear, and the same in every try of one request.
  const keys = await call.once(`keys of ${issuer}`, async () => keysOf(context, call, { jws, issuer }))
  const good =
    algorithm !== undefined && keys.some(({ algorithms, key }) => algorithms.includes(algorithm) && verifyJws(jws, { algorithm, key }))
  if (!good) throw refused('assertionKey', 'Client assertion failed signature validation. [Reason - The key was not found.]')
}

async function keysOf({ identity }: Needs<'identity'>, call: Call, { jws, issuer }: Pick<Vouched, 'jws' | 'issuer'>) {
  try {
    return await identity.issuers.keysFor(issuer, jws, call.at)
  } catch {
    // The caller learns that it failed and no more: what stands behind a name is not his to find out.
    throw refused('federatedEndpoint', 'Request to External OIDC endpoint failed.')
  }
}
