import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { EventSubscription } from './records.ts'

export type HeldEventSubscription = Held<EventSubscription, readonly [vaultId: string, name: string]>

type Subscriptions = Needs<'eventSubscriptions'>

/** All of one vault. */
export const eventSubscriptionsOf = (
  context: Subscriptions,
  call: Call,
  vault: Pick<HeldVault, 'compartment' | 'path'>,
): readonly HeldEventSubscription[] =>
  context.eventSubscriptions.all(call, vault.compartment, ({ path: [vaultId] }) => vaultId === vault.path[0])

/** Those of the vaults of one location, below a subscription or a group. */
export function eventSubscriptionsIn(
  context: Subscriptions & Needs<'vaults'>,
  call: Call,
  at: { readonly subscriptionId: string; readonly location: string; readonly on: Scope },
): readonly HeldEventSubscription[] {
  const home = compartmentOfGuid(at.subscriptionId)
  const vaults = context.vaults.all(call, home, ({ value }) => value.location === at.location && standsIn(value.scope, at.on))
  const wanted = new Set(vaults.map(({ path: [vaultId] }) => vaultId))
  return context.eventSubscriptions.all(call, home, ({ path: [vaultId] }) => wanted.has(vaultId))
}

/** So many of what is on its way are taken back at once; others are given up when their time is over. */
const takenBackMax = 1_000

/** Nothing more is sent, what is on its way included. Answers whether there was one. */
export async function removeEventSubscription(
  context: Subscriptions & Needs<'eventDeliveries'>,
  call: Call,
  { permit, vault, name }: { readonly permit: Permit<'eventSubscription.delete'>; readonly vault: HeldVault; readonly name: string },
): Promise<boolean> {
  assertPermits(permit, vault.value.scope)
  const held = await context.eventSubscriptions.get(call, vault.compartment, [vault.path[0], name.toLowerCase()])
  if (held === undefined) return false
  context.eventSubscriptions.remove(call, held)
  const page = { collection: [held.value.id], after: 0, limit: takenBackMax }
  for (const delivery of await context.eventDeliveries.list(call, vault.value.compartment, page))
    context.eventDeliveries.remove(call, delivery)
  return true
}

/** Whoever hears of a vault hears no more of it once it is deleted; its recovery does not bring them back. */
export function removeEventSubscriptionsOf(context: Subscriptions, call: Call, vault: Pick<HeldVault, 'compartment' | 'path'>): void {
  for (const held of eventSubscriptionsOf(context, call, vault)) context.eventSubscriptions.remove(call, held)
}
