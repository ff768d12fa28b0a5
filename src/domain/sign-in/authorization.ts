import type { Needs } from '#domain/context.ts'
import type { Reached } from '#domain/identity/audiences.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import type { Application } from '#domain/identity/records.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { knownClient } from './client.ts'
import { clientIn } from './device-codes.ts'
import { isPublicAt, registrationOf } from './redirects.ts'
import { scopesAt, userScopesOf, type ScopesAt } from './scopes.ts'
import type { Session } from './sessions.ts'

/** An authorization request as it came (RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1). */
export interface AuthorizationAsked {
  /** Of the path: id, domain, `common`. */
  readonly tenant: string
  readonly version: 'v1' | 'v2'
  readonly clientId: string | undefined
  readonly redirectUri: string | undefined
  readonly responseType: string | undefined
  readonly responseMode: string | undefined
  readonly scope: string | undefined
  readonly resource: string | undefined
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly challenge: string | undefined
  readonly challengeMethod: string | undefined
  readonly prompt: string | undefined
  readonly loginHint: string | undefined
  readonly maxAge: string | undefined
}

const responseModes = ['query', 'fragment', 'form_post'] as const
export type ResponseMode = (typeof responseModes)[number]

/** One that may be answered: its client is known, its address is the client's own. */
export interface Authorization {
  readonly asked: AuthorizationAsked
  readonly application: Application
  /** Where the path, or the client, leaves no choice. */
  readonly tenantId: string | undefined
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly prompts: ReadonlySet<string>
}

/** What is wrong here is told to whoever sits in front of the page, and sent nowhere. Raises `OAuthRefused`, `TenantNotFound`. */
export function checkAuthorization(context: Needs<'identity'>, asked: AuthorizationAsked, reached: Reached): Authorization {
  if (asked.clientId === undefined) throw missing('client_id')
  const tenantId = tenantFor(context, asked.tenant, asked.clientId)
  const application = clientIn(context, tenantId, asked.clientId)
  const redirectUri = redirectFor(application, asked.redirectUri)
  checkType(asked)
  const responseMode = responseModes.find(mode => mode === (asked.responseMode ?? 'query'))
  if (responseMode === undefined)
    throw refused('responseMode', "The 'response_mode' of the request is not supported: query, fragment and form_post are.")
  checkChallenge(isPublicAt(application, redirectUri), asked)
  checkScopes(asked, scopesAt(context, reached, tenantId))
  if (asked.maxAge !== undefined && !/^\d{1,9}$/.test(asked.maxAge))
    throw refused('malformed', "The 'max_age' of the request is not a number.")
  const prompts = new Set((asked.prompt ?? '').split(' ').filter(word => word !== ''))
  if (prompts.has('none') && prompts.size > 1) throw refused('malformed', "The 'prompt' of the request is none and something else at once.")
  return { asked, application, tenantId, redirectUri, responseMode, prompts }
}

function tenantFor(context: Needs<'identity'>, named: string, clientId: string): string | undefined {
  if (!namesNoTenant(named)) return namedTenant(context, named).value.tenantId
  const homes = context.identity.index.homesOf(clientId.toLowerCase())
  return homes.length === 1 ? homes[0] : undefined
}

function redirectFor(application: Application, given: string | undefined): string {
  if (given === undefined) throw refused('noRedirect', 'No reply address provided.')
  if (registrationOf(application, given) !== undefined) return given
  throw refused(
    'unregisteredRedirect',
    `The redirect URI '${given.slice(0, 256)}' specified in the request does not match the redirect URIs configured for the application '${application.appId}'. Make sure the redirect URI sent in the request matches one added to your application.`,
  )
}

/** Tokens never travel through a browser's address (RFC 9700 2.1.2). */
function checkType({ responseType }: AuthorizationAsked): void {
  if (responseType === undefined) throw missing('response_type')
  if (responseType === 'code') return
  const asked = new Set(responseType.split(' '))
  for (const [type, refusal] of inAddress)
    if (asked.has(type)) throw refused(refusal, `response_type '${type}' is not enabled for the application.`)
  throw refused('unsupportedResponse', `The response type '${responseType.replaceAll(/[^\w ]/g, '').slice(0, 64)}' is not supported.`)
}

/** What an application may be allowed to get so in Entra, and here never. */
const inAddress = [
  ['id_token', 'idTokenInAddress'],
  ['token', 'tokenInAddress'],
] as const

/** S256 for every client that nobody proves, and for every other that begins it (RFC 7636 4.2; RFC 9700 2.1.1). */
function checkChallenge(isPublic: boolean, { challenge, challengeMethod }: AuthorizationAsked): void {
  if (challenge === undefined && challengeMethod === undefined && !isPublic) return
  if (challenge === undefined) throw missing('code_challenge')
  if (challengeMethod !== 'S256') throw refused('malformed', "The 'code_challenge_method' of the request must be S256.")
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) throw refused('challengeSize', 'Invalid size of Code_Challenge parameter.')
}

/** v1 may say its resource at the token endpoint alone. */
function checkScopes({ version, scope, resource }: AuthorizationAsked, at: ScopesAt): void {
  if (resource !== undefined) userScopesOf({ resource }, at)
  else if (version === 'v2' || scope !== undefined) userScopesOf({ scope }, at)
}

/** What is to be done about who sits there. */
export type Next = 'code' | 'sign-in' | 'pick' | 'login-required'

/** Raises `OAuthRefused` where the session's directory does not have the client. */
export function nextStep(
  context: Needs<'identity'>,
  authorization: Authorization,
  at: { readonly session: Session | undefined; readonly now: number },
): Next {
  const { prompts } = authorization
  const fits = at.session !== undefined && sessionFits(context, authorization, { session: at.session, now: at.now })
  if (prompts.has('none')) return fits ? 'code' : 'login-required'
  if (!fits || prompts.has('login')) return 'sign-in'
  return prompts.has('select_account') ? 'pick' : 'code'
}

function sessionFits(
  context: Needs<'identity'>,
  { asked, tenantId, application }: Authorization,
  { session, now }: { readonly session: Session; readonly now: number },
): boolean {
  const { user, held } = session
  if (tenantId !== undefined && tenantId !== user.tenantId) return false
  if (asked.loginHint !== undefined && asked.loginHint.toLowerCase() !== user.userPrincipalName.toLowerCase()) return false
  if (asked.maxAge !== undefined && now - held.value.authTime > Number(asked.maxAge) * 1_000) return false
  // Raises where the session's directory does not have the client.
  return knownClient(context, user.tenantId, application.appId).appId === application.appId
}
