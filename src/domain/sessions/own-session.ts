import { millis, type Millis } from '#model/brands.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { giveSession, type GivenSession } from './give-session.ts'

const secondsDefault = 43_200
/** The root's are short, whatever it asks for. */
const rootSecondsMax = 3_600

/** Whoever has a session already has shown nothing that lasts longer. Raises `SessionForbidden`. */
export function refuseSessions({ issuedAt }: ActingInAccount, action: string): void {
  if (issuedAt !== undefined)
    throw new Problem({ code: 'SessionForbidden', details: { message: `Cannot call ${action} with session credentials` } })
}

/** When what a user, or the root, asks for ends. */
export const endOfOwn = (call: Call, { kind }: ActingInAccount, seconds = secondsDefault): Millis =>
  millis(call.at + (kind === 'root' ? Math.min(seconds, rootSecondsMax) : seconds) * 1000)

/** A session of the caller's own, a user's or the root's: it may what he may, at each moment. Raises `SessionForbidden` for sessions. */
export async function ownSession(
  context: Needs<'ground' | 'instance'>,
  call: Call,
  { acting, durationSeconds }: { readonly acting: ActingInAccount; readonly durationSeconds?: number | undefined },
): Promise<GivenSession> {
  refuseSessions(acting, 'GetSessionToken')
  const isRoot = acting.kind === 'root'
  return giveSession(context, call, {
    accountId: acting.accountId,
    of: isRoot ? { kind: 'root' } : { kind: 'user', id: acting.userId, name: acting.name ?? '' },
    issuedAt: call.at,
    expiresAt: endOfOwn(call, acting, durationSeconds),
    policies: [],
    policyArns: [],
    tags: {},
    transitiveTagKeys: [],
  })
}
