import { millis } from '#model/brands.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { giveSession, type GivenSession } from './give-session.ts'

const secondsDefault = 43_200
/** The root's are short, whatever it asks for. */
const rootSecondsMax = 3_600

/** A session of the caller's own, a user's or the root's: it may what he may, at each moment. Raises `SessionForbidden` for sessions. */
export async function ownSession(
  context: Needs<'ground' | 'instance'>,
  call: Call,
  { acting, durationSeconds = secondsDefault }: { readonly acting: ActingInAccount; readonly durationSeconds?: number | undefined },
): Promise<GivenSession> {
  if (acting.issuedAt !== undefined)
    throw new Problem({ code: 'SessionForbidden', details: { message: 'Cannot call GetSessionToken with session credentials' } })
  const isRoot = acting.kind === 'root'
  const seconds = isRoot ? Math.min(durationSeconds, rootSecondsMax) : durationSeconds
  return giveSession(context, call, {
    accountId: acting.accountId,
    of: isRoot ? { kind: 'root' } : { kind: 'user', id: acting.userId, name: acting.name ?? '' },
    issuedAt: call.at,
    expiresAt: millis(call.at + seconds * 1000),
    policies: [],
    policyArns: [],
    tags: {},
    transitiveTagKeys: [],
  })
}
