import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { assertPermits } from '#domain/access/permit.ts'
import { createManagedIdentity, removePrincipal } from '#domain/identity/directory.ts'
import { identityArmId, identityNamed, identityScope, type IdentityName } from './user-assigned-identities.ts'
import { invalid } from './arm-refusal.ts'
import type { ResourceIdentity } from './records.ts'

export interface IdentityWanted {
  readonly type: ResourceIdentity['type']
  readonly userAssigned: readonly IdentityName[]
  /** ARM ids that a PATCH takes away by `null`. */
  readonly removed: readonly string[]
}

export interface IdentityChange {
  readonly wanted: IdentityWanted
  readonly before: ResourceIdentity | undefined
  /** PATCH: user-assigned identities that are not named stay. By a PUT those that are named are all. */
  readonly merged: boolean
  readonly tenantId: string
  readonly name: string
  readonly armId: string
  /** Asked of each identity that is named: the resource will act as it (`LinkedAccessDenied`). */
  readonly mayAssign: (identity: IdentityName) => Permit<'identity.assign'>
}

export type AssignNeeds = Needs<
  'servicePrincipals' | 'memberships' | 'appRoleAssignments' | 'jobs' | 'identity' | 'userAssignedIdentities' | 'resourceGroups' | 'ground'
>

const system = (type: ResourceIdentity['type']): boolean => type.startsWith('SystemAssigned')
const user = (type: ResourceIdentity['type']): boolean => type.endsWith('UserAssigned')

/** Gives a resource the identities that it asks for: its own is made and removed with the wish for it. Raises `ArmRefused`, `ResourceNotFound`. */
export async function assignIdentity(context: AssignNeeds, call: Call, change: IdentityChange): Promise<ResourceIdentity> {
  const kept = keptOf(change)
  const wanted = { ...change.wanted, type: typeWith(change, kept.length) }
  if (user(wanted.type) !== kept.length + wanted.userAssigned.length > 0)
    throw invalid('identity', 'userAssignedIdentities must be named for the type UserAssigned, and for no other.')
  const own = await ownIdentity(context, call, { ...change, wanted })
  const userAssigned: ResourceIdentity['userAssigned'] = [...kept]
  for (const identity of wanted.userAssigned) userAssigned.push(await assigned(context, call, { ...change, identity }))
  return { type: wanted.type, tenantId: change.tenantId, userAssigned, ...own }
}

/** What a PATCH leaves alone: nobody asks anew whether it may be assigned. */
function keptOf({ wanted, before, merged }: IdentityChange): ResourceIdentity['userAssigned'] {
  if (!merged || !user(wanted.type)) return []
  const named = new Set([...wanted.userAssigned.map(identityArmId), ...wanted.removed].map(id => id.toLowerCase()))
  return (before?.userAssigned ?? []).filter(({ id }) => !named.has(id.toLowerCase()))
}

/** Whoever takes the last user-assigned identity away says so by naming it: the type follows. */
function typeWith({ wanted, merged }: IdentityChange, kept: number): ResourceIdentity['type'] {
  if (!merged || wanted.removed.length === 0 || kept + wanted.userAssigned.length > 0 || !user(wanted.type)) return wanted.type
  return wanted.type === 'UserAssigned' ? 'None' : 'SystemAssigned'
}

async function ownIdentity(context: AssignNeeds, call: Call, change: IdentityChange): Promise<{ principalId?: string; clientId?: string }> {
  const { before, wanted, tenantId, name, armId } = change
  if (before?.principalId !== undefined) {
    const { principalId, clientId } = before
    if (system(wanted.type)) return { principalId, ...(clientId !== undefined && { clientId }) }
    await removePrincipal(context, call, tenantId, principalId)
    return {}
  }
  if (!system(wanted.type)) return {}
  return createManagedIdentity(context, call, { tenantId, displayName: name, resourceId: armId, userAssigned: false })
}

async function assigned(
  context: AssignNeeds,
  call: Call,
  { identity, tenantId, mayAssign }: IdentityChange & { readonly identity: IdentityName },
): Promise<ResourceIdentity['userAssigned'][number]> {
  const permit = mayAssign(identity)
  assertPermits(permit, identityScope(identity))
  const { value } = await identityNamed(context, call, identity)
  if (value.tenantId !== tenantId) throw invalid('identity', `The identity '${value.name}' is in another tenant.`)
  return { id: value.id, principalId: value.principalId, clientId: value.clientId }
}
