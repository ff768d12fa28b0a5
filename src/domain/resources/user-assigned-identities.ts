import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { createManagedIdentity, removePrincipal } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { changedNow, newEnvelope } from './envelope.ts'
import { groupForWriting, missingIn } from './groups.ts'
import { locationOf } from './locations.ts'
import type { UserAssignedIdentity } from './records.ts'
import { childScope, groupArmId, groupScope, resourceArmId } from './scopes.ts'
import { checkedTags, mergedTags } from './tags.ts'

export type HeldIdentity = Held<UserAssignedIdentity, readonly [armId: string]>

export const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities'

export interface IdentityName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

export const identityScope = ({ subscriptionId, group, name }: IdentityName) =>
  childScope(groupScope(subscriptionId, group), `providers/${identityType}/${name}`)

export const identityArmId = ({ subscriptionId, group, name }: IdentityName): string =>
  resourceArmId(groupArmId(subscriptionId, group), identityType, name)

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function identityNamed(
  context: Needs<'userAssignedIdentities' | 'resourceGroups'>,
  call: Call,
  at: IdentityName,
): Promise<HeldIdentity> {
  const found = await context.userAssignedIdentities.get(call, compartmentOfGuid(at.subscriptionId), [identityArmId(at).toLowerCase()])
  if (found !== undefined) return found
  throw await missingIn(context, call, { ...at, type: identityType })
}

export interface SetIdentity extends IdentityName {
  readonly permit: Permit<'identity.write'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
}

/** Makes an identity with its own principal, or replaces its tags: the principal stays the same while it lives. */
export async function setIdentity(
  context: Needs<'userAssignedIdentities' | 'resourceGroups' | 'subscriptions' | 'servicePrincipals' | 'ground'>,
  call: Call,
  request: SetIdentity,
): Promise<{ readonly identity: HeldIdentity; readonly created: boolean }> {
  assertPermits(request.permit, identityScope(request))
  const { subscriptionId, name } = request
  const location = locationOf(request.location, identityType)
  const tags = checkedTags(request.tags)
  const group = await groupForWriting(context, call, request)
  const home = compartmentOfGuid(subscriptionId)
  const found = await context.userAssignedIdentities.get(call, home, [identityArmId(request).toLowerCase()])
  if (found !== undefined) {
    if (found.value.location !== location) throw elsewhere(found.value, location)
    const value = { ...found.value, ...changedNow(call), tags: { ...tags } }
    return { identity: context.userAssignedIdentities.update(call, found, value), created: false }
  }
  const subscription = await context.subscriptions.get(call, home, [subscriptionId])
  if (subscription === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id: subscriptionId } })
  const { tenantId } = subscription.value
  const id = resourceArmId(group.value.id, identityType, name)
  const principal = await createManagedIdentity(context, call, { tenantId, displayName: name, resourceId: id, userAssigned: true })
  const identity = context.userAssignedIdentities.create(call, home, {
    path: [id.toLowerCase()],
    value: { ...newEnvelope(call, { id, name, scope: identityScope(request), location, tags }), tenantId, ...principal },
  })
  return { identity, created: true }
}

function elsewhere(known: UserAssignedIdentity, location: string): Problem {
  const message = `The resource '${known.name}' already exists in location '${known.location}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
  return new Problem({ code: 'ArmRefused', details: { status: 409, code: 'InvalidResourceLocation', message } })
}

/** PATCH of tags. Raises `ResourceNotFound`. */
export async function updateIdentity(
  context: Needs<'userAssignedIdentities' | 'resourceGroups'>,
  call: Call,
  request: IdentityName & { readonly permit: Permit<'identity.write'>; readonly tags: Readonly<Record<string, string | null>> | undefined },
): Promise<HeldIdentity> {
  assertPermits(request.permit, identityScope(request))
  const found = await identityNamed(context, call, request)
  const tags = { ...mergedTags(found.value.tags, request.tags) }
  return context.userAssignedIdentities.update(call, found, { ...found.value, ...changedNow(call), tags })
}

/** Its principal goes with it: what it could do ends at once. */
export async function deleteIdentity(
  context: Needs<
    | 'userAssignedIdentities'
    | 'servicePrincipals'
    | 'memberships'
    | 'appRoleAssignments'
    | 'identity'
    | 'jobs'
    | 'ground'
    | 'roleAssignments'
  >,
  call: Call,
  request: { readonly permit: Permit<'identity.delete'>; readonly identity: HeldIdentity },
): Promise<void> {
  const { permit, identity } = request
  const { scope, tenantId, principalId } = identity.value
  assertPermits(permit, scope)
  context.userAssignedIdentities.remove(call, identity)
  removeAssignmentsIn(context, call, { tenantId, scope })
  await removePrincipal(context, call, tenantId, principalId)
}
