import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { standsIn, subscriptionScope } from '#domain/resources/scopes.ts'
import type { RoleAssignment } from './records.ts'
import { assertPermits, type Permit } from './permit.ts'
import { ownerRoleId } from './role-definition.ts'
import type { HeldAssignment } from './scope-assignments.ts'

/** `undefined` where there is none at that very scope. */
export async function assignmentNamed(
  context: Needs<'roleAssignments'>,
  call: Call,
  at: { readonly tenantId: string; readonly scope: Scope; readonly name: string },
): Promise<HeldAssignment | undefined> {
  return context.roleAssignments.get(call, compartmentOfGuid(at.tenantId), [at.scope.at(-1) ?? '', at.name.toLowerCase()])
}

/** An Owner under a condition may be none when it counts. */
const isOwnerOf = ({ roleId, scope, condition }: RoleAssignment, subscription: Scope): boolean =>
  roleId === ownerRoleId && condition === undefined && standsIn(subscription, scope)

/** Takes a role away: the next request is judged without it. Raises `ArmRefused` where a subscription would have no Owner left. */
export function removeRole(
  context: Needs<'roleAssignments' | 'subscriptions'>,
  call: Call,
  request: { readonly permit: Permit<'roleAssignment.delete'>; readonly tenantId: string; readonly assignment: HeldAssignment },
): void {
  const { permit, tenantId, assignment } = request
  const { value } = assignment
  assertPermits(permit, value.scope)
  call.details.set('principalId', value.principalId).set('roleDefinitionId', value.roleId)
  if (value.roleId === ownerRoleId && value.scope.length <= 2) refuseLastOwner(context, call, { tenantId, assignment })
  context.roleAssignments.remove(call, assignment)
}

/** Nobody locks everybody out (identity-and-arm.md 3.4). */
function refuseLastOwner(
  context: Needs<'roleAssignments' | 'subscriptions'>,
  call: Call,
  { tenantId, assignment }: { readonly tenantId: string; readonly assignment: HeldAssignment },
): void {
  const owners = context.roleAssignments.all(call, compartmentOfGuid(tenantId), ({ value }) => value.roleId === ownerRoleId)
  const places = context.subscriptions
    .peek()
    .filter(({ value }) => value.tenantId === tenantId)
    .map(({ value }): Scope => subscriptionScope(value.subscriptionId))
  const touched = places.filter(place => standsIn(place, assignment.value.scope))
  const orphaned = touched.some(place => !owners.some(owner => owner.id !== assignment.id && isOwnerOf(owner.value, place)))
  if (!orphaned) return
  throw new Problem({
    code: 'ArmRefused',
    details: { status: 409, code: 'CannotDeleteLastRbacAdminAssignment', message: 'Cannot delete the last RBAC admin assignment.' },
  })
}
