import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { removePrincipal } from '#domain/identity/directory.ts'
import { notNow } from '#domain/resources/arm-refusal.ts'
import type { HeldSet } from './disk-standing.ts'
import { hasDisks } from './rewrap.ts'

/** A set goes with its own identity; not while disks are under it: `ArmRefused` OperationNotAllowed. */
export async function deleteSet(
  context: Needs<
    | 'diskEncryptionSets'
    | 'disks'
    | 'servicePrincipals'
    | 'memberships'
    | 'appRoleAssignments'
    | 'identity'
    | 'jobs'
    | 'ground'
    | 'roleAssignments'
  >,
  call: Call,
  { permit, set }: { readonly permit: Permit<'diskSet.delete'>; readonly set: HeldSet },
): Promise<void> {
  const { scope, name, identity } = set.value
  assertPermits(permit, scope)
  if (await hasDisks(context, call, set))
    throw notNow(
      `The disk encryption set '${name}' is in use by disks and cannot be deleted. Delete or move the disks that associatedResources lists.`,
    )
  const { tenantId, principalId } = identity
  if (tenantId !== undefined) {
    if (principalId !== undefined) await removePrincipal(context, call, tenantId, principalId)
    removeAssignmentsIn(context, call, { tenantId, scope })
  }
  context.diskEncryptionSets.remove(call, set)
}
