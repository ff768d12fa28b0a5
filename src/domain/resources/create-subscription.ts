import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { ownerRoleId } from '#domain/access/role-definition.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { createGroup } from './groups.ts'
import type { Subscription } from './records.ts'
import { subscriptionScope } from './scopes.ts'

export interface NewSubscription {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly displayName: string
  /** Its first group, in `location`. */
  readonly resourceGroup: string
  readonly location: string
  /** Object id of who owns it: Owner at the subscription. */
  readonly ownerId: string
}

/** Brings a subscription up: its compartment, its record, a group, its Owner. Raises `Conflict` where it exists. */
export async function createSubscription(
  context: Needs<'subscriptions' | 'resourceGroups' | 'roleAssignments' | 'ground'>,
  call: Call,
  made: NewSubscription,
): Promise<Held<Subscription, readonly [subscriptionId: string]>> {
  const subscriptionId = made.subscriptionId.toLowerCase()
  const compartment = compartmentOfGuid(subscriptionId)
  if ((await context.subscriptions.get(call, compartment, [subscriptionId])) !== undefined)
    throw new Problem({ code: 'Conflict', details: { message: `The subscription '${subscriptionId}' exists.` } })
  const key = await call.once(`subscription ${subscriptionId}`, async () =>
    Promise.resolve({ row: context.ground.barrier.newCompartment(compartment), assignment: context.ground.random.uuid() }),
  )
  call.materials.push({ compartmentKey: key.row })
  const held = context.subscriptions.create(call, compartment, {
    path: [subscriptionId],
    value: { subscriptionId, tenantId: made.tenantId, displayName: made.displayName, createdAt: call.at },
  })
  createGroup(context, call, { subscriptionId, group: made.resourceGroup, location: made.location })
  const scope = subscriptionScope(subscriptionId)
  const scopeId = `/subscriptions/${subscriptionId}`
  context.roleAssignments.create(call, compartmentOfGuid(made.tenantId), {
    path: [scopeId, key.assignment],
    value: {
      name: key.assignment,
      scopeId,
      scope,
      roleId: ownerRoleId,
      principalId: made.ownerId,
      principalType: 'ServicePrincipal',
      createdAt: call.at,
      createdBy: call.who.id,
      updatedAt: call.at,
      updatedBy: call.who.id,
    },
  })
  return held
}
