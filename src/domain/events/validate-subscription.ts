import { hash, timingSafeEqual } from 'node:crypto'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { EventSubscription } from './records.ts'

const digest = (text: string): Uint8Array => hash('sha256', text, 'buffer')

/** Nobody followed the link in time: it stays as it is until it is written again. */
export const isForgotten = ({ pending }: Pick<EventSubscription, 'pending'>, now: number): boolean =>
  pending !== undefined && pending.until <= now

/**
 * Whoever shows the token that a receiver was sent says yes for it, once and in time. Answers whether he did: nobody else learns whether there is
 * such a subscription.
 */
export async function validateEventSubscription(
  context: Needs<'vaults' | 'eventSubscriptions'>,
  call: Call,
  { vaultId, name, token }: { readonly vaultId: string; readonly name: string; readonly token: string },
): Promise<boolean> {
  const vault = context.vaults.peek().find(({ path }) => path[0] === vaultId.toLowerCase())
  const held = vault && (await context.eventSubscriptions.get(call, vault.compartment, [vault.path[0], name.toLowerCase()]))
  if (held === undefined || !isRight(held.value, { token, now: call.at })) return false
  const { pending: _pending, ...value } = held.value
  context.eventSubscriptions.update(call, held, value)
  return true
}

const isRight = ({ pending }: EventSubscription, { token, now }: { readonly token: string; readonly now: number }): boolean =>
  timingSafeEqual(digest(pending?.token ?? ''), digest(token)) && pending !== undefined && pending.until > now
