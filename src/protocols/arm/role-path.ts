import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { extended } from './params.ts'

export const atAnyScope = z.object({ scope: extended })
type AnyScope = z.output<typeof extended>

export const scopeOfPath = ({ params }: { readonly params: { readonly scope: AnyScope } }) => params.scope.scope

/** Whose directory rules at a scope: the subscription's tenant, at the root the caller's own. Raises `SubscriptionNotFound`. */
export async function tenantAt(context: Needs<'subscriptions'>, call: Call, { subscriptionId }: AnyScope): Promise<string> {
  if (subscriptionId === undefined) return call.who.tenant ?? ''
  const held = await context.subscriptions.get(call, compartmentOfGuid(subscriptionId), [subscriptionId])
  if (held === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id: subscriptionId } })
  return held.value.tenantId
}
