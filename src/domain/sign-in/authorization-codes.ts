import { hash, timingSafeEqual } from 'node:crypto'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { openHandle, sealHandle } from './handles.ts'
import { codeLifeMs } from './lifetimes.ts'
import type { AuthorizationCode, SignInSession } from './records.ts'

type CodeNeeds = Needs<'authorizationCodes' | 'ground'>
type HeldCode = Held<AuthorizationCode, readonly [id: string]>

/** A code for one client, one address and one verifier, good once and for a minute. */
export async function issueCode(
  context: CodeNeeds,
  call: Call,
  wanted: Pick<AuthorizationCode, 'clientId' | 'redirectUri' | 'isPublic' | 'challenge' | 'nonce' | 'scope' | 'resource'> & {
    readonly session: SignInSession
  },
): Promise<string> {
  const { session, ...asked } = wanted
  const { tenantId, userId, signInEpoch, authTime } = session
  const id = await call.once('code id', async () => context.ground.random.bytes(16).toHex())
  const value = {
    ...asked,
    id,
    tenantId,
    userId,
    signInEpoch,
    authTime,
    sessionId: session.id,
    createdAt: call.at,
    expiresAt: call.at + codeLifeMs,
  }
  context.authorizationCodes.create(call, compartmentOfGuid(tenantId), { path: [id], value })
  return sealHandle(context, 'code', { tenantId, id, generation: 0 })
}

/** The code's record, used before or not. Raises `OAuthRefused` for what is no code. */
export async function codeOf(context: CodeNeeds, call: Call, text: string | undefined): Promise<HeldCode> {
  if (text === undefined) throw missing('code')
  const handle = openHandle(context, 'code', text)
  if (handle === undefined) throw refused('invalidGrant', 'The provided authorization code is malformed or invalid.')
  const held = await context.authorizationCodes.get(call, compartmentOfGuid(handle.tenantId), [handle.id])
  return held ?? expired()
}

/** Everything that binds a code to who redeems it (RFC 6749 4.1.3, RFC 7636 4.6). Raises `OAuthRefused`; changes nothing. */
export function checkRedemption(
  call: Call,
  code: AuthorizationCode,
  shown: { readonly clientId: string; readonly redirectUri: string | undefined; readonly verifier: string | undefined },
): void {
  if (code.clientId !== shown.clientId.toLowerCase())
    throw refused('invalidGrant', 'The provided authorization code was issued to another client application.')
  if (call.at >= code.expiresAt) expired()
  if (shown.redirectUri === undefined) throw missing('redirect_uri')
  if (shown.redirectUri !== code.redirectUri)
    throw refused(
      'otherRedirect',
      'The reply address of the request does not match the reply address that was given when the authorization code was requested.',
    )
  if (!isVerified(code.challenge, shown.verifier))
    throw refused('wrongVerifier', 'The Code_Verifier does not match the code_challenge supplied in the authorization request.')
}

/** Neither side alone: a verifier for a code without challenge is a downgrade (RFC 9700 4.8.2). */
function isVerified(challenge: string | undefined, verifier: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false
  return timingSafeEqual(hash('sha256', verifier, 'buffer'), Buffer.from(challenge, 'base64url'))
}

function expired(): never {
  throw refused(
    'expiredGrant',
    'The provided authorization code or refresh token has expired. Send a new interactive authorization request for this user and resource.',
  )
}
