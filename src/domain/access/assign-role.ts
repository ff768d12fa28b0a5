import assert from 'node:assert/strict'
import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { refuseNowhere } from '#domain/resources/find-place.ts'
import { kindOfObject } from '#domain/groups/object-kind.ts'
import type { MemberKind } from '#domain/groups/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { checkedCondition } from './conditions/checked-condition.ts'
import { attributes } from './known-facts.ts'
import { assertPermits, type Permit } from './permit.ts'
import type { RoleDefinition } from './role-definition.ts'
import type { HeldAssignment } from './scope-assignments.ts'

export interface AssignRole {
  readonly permit: Permit<'roleAssignment.write'>
  readonly tenantId: string
  readonly scope: Scope
  /** The scope as an ARM id in Azure's spelling. */
  readonly scopeId: string
  /** A GUID that the caller chose. */
  readonly name: string
  readonly roleId: string
  readonly principalId: string
  readonly principalType?: string | undefined
  readonly description?: string | undefined
  /** Version 2.0. */
  readonly condition?: string | undefined
  readonly delegatedManagedIdentityResourceId?: string | undefined
}

const refused = (status: number, code: string, message: string): Problem =>
  new Problem({ code: 'ArmRefused', details: { status, code, message } })

/**
 * Gives a principal a role at a scope: it counts for the next request. Raises `ArmRefused` RoleDefinitionDoesNotExist, PrincipalNotFound,
 * PrincipalTypeNotSupported, UnmatchedPrincipalType, RoleAssignmentExists, RoleAssignmentLimitExceeded, RoleAssignmentUpdateNotPermitted; `ResourceNotFound` and its kin for a scope that is not there.
 */
export async function assignRole(
  context: Context,
  call: Call,
  request: AssignRole,
): Promise<{ readonly assignment: HeldAssignment; readonly created: boolean }> {
  const { permit, tenantId, scope, roleId, principalId } = request
  assertPermits(permit, scope)
  const asked = permit.question.facts({ source: 'Request', name: attributes.roleDefinitionId })
  assert(asked === undefined || asked === roleId, 'a permit for one role gives no other')
  call.details.set('principalId', principalId).set('roleDefinitionId', roleId)
  await refuseNowhere(context, call, scope)
  refuseNoRole(context, request)
  const condition = checkedCondition(request.condition)
  const principalType = await typeOfPrincipal(context, call, request)
  const place = scope.at(-1) ?? ''
  const home = compartmentOfGuid(tenantId)
  const found = await context.roleAssignments.get(call, home, [place, request.name.toLowerCase()])
  if (found !== undefined) return { assignment: change(context, call, { found, request }), created: false }
  refuseTwinOrTooMany(context, call, request)
  // The directory's object, where a resource names the application (identity-and-arm.md 3.2).
  const by = call.who.id
  const assignment = context.roleAssignments.create(call, home, {
    path: [place, request.name.toLowerCase()],
    value: {
      name: request.name,
      scopeId: request.scopeId,
      scope,
      roleId,
      principalId,
      principalType,
      ...described(request),
      ...(condition !== undefined && { condition }),
      createdAt: call.at,
      createdBy: by,
      updatedAt: call.at,
      updatedBy: by,
    },
  })
  return { assignment, created: true }
}

/** Of all that stand in a subscription, at whichever depth; what is given above it does not count. */
const perSubscription = 4_000

/** One pass over the tenant's assignments: the one that gives the same already, and how many the subscription has. */
function refuseTwinOrTooMany(context: Context, call: Call, { tenantId, scope, roleId, principalId }: AssignRole): void {
  const place = scope.at(-1) ?? ''
  const [, subscription] = scope
  let standing = 0
  const [twin] = context.roleAssignments.all(call, compartmentOfGuid(tenantId), ({ value }) => {
    if (subscription !== undefined && value.scope[1] === subscription) standing += 1
    return value.principalId === principalId && value.roleId === roleId && value.scope.at(-1) === place
  })
  if (twin !== undefined)
    throw refused(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the existing role assignment is ${twin.value.name.replaceAll('-', '')}.`,
    )
  if (context.instance.throttle && standing >= perSubscription)
    throw refused(400, 'RoleAssignmentLimitExceeded', 'No more role assignments can be created.')
}

const typeWords: Readonly<Record<MemberKind, string>> = { user: 'User', group: 'Group', servicePrincipal: 'ServicePrincipal' }

async function typeOfPrincipal(context: Context, call: Call, { tenantId, principalId, principalType }: AssignRole): Promise<string> {
  const kind = await kindOfObject(context, call, { tenantId, id: principalId })
  if (kind === undefined) {
    const message = `Principal ${principalId.replaceAll('-', '')} does not exist in the directory ${tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`
    throw refused(400, 'PrincipalNotFound', message)
  }
  if (kind === 'application')
    throw refused(400, 'PrincipalTypeNotSupported', 'Principals of type Application cannot validly be used in role assignments.')
  const type = typeWords[kind]
  if (principalType !== undefined && principalType !== type) {
    const message = `The PrincipalId '${principalId}' has type '${type}', which is different from the specified PrincipalType '${principalType}'.`
    throw refused(400, 'UnmatchedPrincipalType', message)
  }
  return type
}

/** A role that is not assignable at a scope is not there (a tenant's own roles name where they are). */
export const isAssignable = ({ assignableScopes }: RoleDefinition, scope: Scope): boolean =>
  assignableScopes.some(place => scope.includes(place === '/' ? '' : place.toLowerCase()))

function refuseNoRole({ rbac }: Pick<Context, 'rbac'>, { tenantId, roleId, scope }: AssignRole): void {
  const role = rbac.role(tenantId, roleId)
  if (role === undefined || !isAssignable(role, scope))
    throw refused(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${roleId}' does not exist.`)
}

const described = ({ description, delegatedManagedIdentityResourceId }: AssignRole) => ({
  ...(description !== undefined && { description }),
  ...(delegatedManagedIdentityResourceId !== undefined && { delegatedManagedIdentityResourceId }),
})

/** The same triple again changes the description and the condition alone. */
function change(
  context: Context,
  call: Call,
  { found, request }: { readonly found: HeldAssignment; readonly request: AssignRole },
): HeldAssignment {
  const { value } = found
  if (value.principalId !== request.principalId || value.roleId !== request.roleId)
    throw refused(
      409,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    )
  const said = { description: request.description, condition: checkedCondition(request.condition) }
  if (said.description === value.description && said.condition === value.condition) return found
  return context.roleAssignments.update(call, found, { ...value, ...said, updatedAt: call.at, updatedBy: call.who.id })
}
