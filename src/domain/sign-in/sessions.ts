import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { User } from '#domain/identity/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { openHandle, sealHandle } from './handles.ts'
import { sessionLifeMs } from './lifetimes.ts'
import type { SignInSession } from './records.ts'

type SessionNeeds = Needs<'signInSessions' | 'identity' | 'ground'>

/** A browser's session that still stands, and whose it is. */
export interface Session {
  readonly held: Held<SignInSession, readonly [id: string]>
  readonly user: User
}

/** Begins one for who has just shown a password; the text is for the browser's cookie alone. */
export async function beginSession(
  context: SessionNeeds,
  call: Call,
  user: User,
): Promise<{ readonly session: SignInSession; readonly cookie: string }> {
  const { tenantId } = user
  const id = await call.once('session id', async () => context.ground.random.bytes(16).toHex())
  const session = {
    id,
    tenantId,
    userId: user.id,
    signInEpoch: user.signInEpoch,
    authTime: call.at,
    expiresAt: call.at + sessionLifeMs,
  }
  context.signInSessions.create(call, compartmentOfGuid(tenantId), { path: [id], value: session })
  return { session, cookie: sealHandle(context, 'session', { tenantId, id, generation: 0 }) }
}

/** The session of a cookie, if its user is there, enabled and not signed out since. */
export async function sessionOf(context: SessionNeeds, call: Call, cookie: string | undefined): Promise<Session | undefined> {
  const handle = cookie === undefined ? undefined : openHandle(context, 'session', cookie)
  if (handle === undefined) return undefined
  const held = await context.signInSessions.get(call, compartmentOfGuid(handle.tenantId), [handle.id])
  if (held === undefined || call.at >= held.value.expiresAt) return undefined
  const user = context.identity.index.user(held.value.tenantId, held.value.userId)?.value
  return user?.enabled === true && user.signInEpoch === held.value.signInEpoch ? { held, user } : undefined
}

export function endSession(context: SessionNeeds, call: Call, { held }: Session): void {
  context.signInSessions.remove(call, held)
}
