import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { User } from '#domain/identity/records.ts'
import type { Authorization } from './authorization.ts'
import { issueCode } from './authorization-codes.ts'
import { knownClient } from './client.ts'
import { actorOf } from './person.ts'
import type { SignInSession } from './records.ts'
import { isPublicAt } from './redirects.ts'
import { issuerV2 } from './user-tokens.ts'

/** What goes back to the client, in whichever way it asked for: never anything else than this and its `state`. */
export type AuthorizationResponse = Readonly<Record<string, string>>

/** A code for whoever's session it is, with the issuer that a mix-up is found out by (RFC 9207 2). Raises `OAuthRefused`. */
export async function authorize(
  context: Needs<'authorizationCodes' | 'identity' | 'ground'>,
  call: Call,
  what: { readonly authorization: Authorization; readonly user: User; readonly session: SignInSession; readonly login: string },
): Promise<AuthorizationResponse> {
  const { authorization, user, session, login } = what
  const { asked, redirectUri } = authorization
  const application = knownClient(context, user.tenantId, authorization.application.appId)
  const { appId } = application
  call.who = actorOf(user, appId)
  call.ruling = { allowed: true, by: 'signed-in' }
  call.resource = `/tenants/${user.tenantId}/users/${user.id}`
  call.details.set('clientId', appId)
  const code = await issueCode(context, call, {
    session,
    clientId: appId,
    redirectUri,
    isPublic: isPublicAt(application, redirectUri),
    ...(asked.challenge !== undefined && { challenge: asked.challenge }),
    ...(asked.nonce !== undefined && { nonce: asked.nonce }),
    ...(asked.resource === undefined ? asked.scope !== undefined && { scope: asked.scope } : { resource: asked.resource }),
  })
  const issuer = asked.version === 'v2' ? issuerV2(login, user.tenantId) : `${login}/${user.tenantId}/`
  return { code, ...stateOf(authorization), session_state: session.id, iss: issuer }
}

export const stateOf = ({ asked }: Authorization): AuthorizationResponse => (asked.state === undefined ? {} : { state: asked.state })
