import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { removePrincipal } from '#domain/identity/directory.ts'
import type { HeldMachine } from './machine-place.ts'

/** A machine goes with its own identity: tokens of it count no more from the next request on. Its disks stay, and are free. */
export async function deleteMachine(
  context: Needs<
    'virtualMachines' | 'servicePrincipals' | 'memberships' | 'appRoleAssignments' | 'identity' | 'jobs' | 'ground' | 'roleAssignments'
  >,
  call: Call,
  { permit, machine }: { readonly permit: Permit<'machine.delete'>; readonly machine: HeldMachine },
): Promise<void> {
  const { scope, tenantId, identity } = machine.value
  assertPermits(permit, scope)
  context.virtualMachines.remove(call, machine)
  removeAssignmentsIn(context, call, { tenantId, scope })
  if (identity?.principalId !== undefined) await removePrincipal(context, call, tenantId, identity.principalId)
}
