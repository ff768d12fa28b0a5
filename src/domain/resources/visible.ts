import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { noFacts } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import type { Scope } from '#model/brands.ts'
import type { Subscription } from './records.ts'
import { subscriptionOfArmId } from './scopes.ts'

export type HeldSubscription = Held<Subscription, readonly [subscriptionId: string]>

/** The subscriptions of its own tenant in which, above which or below which the caller has any role (identity-and-arm.md 2.5). */
export async function visibleSubscriptions(context: Needs<'rbac' | 'subscriptions'>, call: Call): Promise<readonly HeldSubscription[]> {
  const places = context.rbac.assignmentsOf(call.who).map(({ value }) => value.scope[1])
  const everywhere = places.includes(undefined)
  const named = new Set(places.flatMap(place => (place === undefined ? [] : [subscriptionOfArmId(place)])))
  const found: HeldSubscription[] = []
  for (const { value } of context.subscriptions.peek()) {
    if (value.tenantId !== call.who.tenant || !(everywhere || named.has(value.subscriptionId))) continue
    const held = await context.subscriptions.get(call, compartmentOfGuid(value.subscriptionId), [value.subscriptionId])
    if (held !== undefined) found.push(held)
  }
  return found
}

/** Lists show what the caller may read, and are not refused for the rest. */
export const mayRead = (context: Needs<'access'>, call: Call, question: { readonly permission: Permission; readonly on: Scope }): boolean =>
  context.access.judge({ who: call.who, ...question, facts: noFacts }).allowed
