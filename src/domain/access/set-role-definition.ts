import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { refuseNowhere } from '#domain/resources/find-place.ts'
import { isAssignable } from './assign-role.ts'
import { builtInRoles } from './built-in-roles.ts'
import { checkedCondition } from './conditions/checked-condition.ts'
import { refuseUnknownActions } from './known-actions.ts'
import { assertPermits, type Permit } from './permit.ts'
import type { CustomRole } from './records.ts'
import { definitionOf } from './role-catalog.ts'
import type { RolePermission } from './role-definition.ts'

export type HeldRole = Held<CustomRole, readonly [id: string]>

/** A place where a role is to be assignable, as the caller wrote it. */
export interface AssignablePlace {
  readonly scopeId: string
  readonly scope: Scope
}

export interface SetRoleDefinition {
  readonly tenantId: string
  /** GUID that the caller chose, in lower case. */
  readonly id: string
  readonly roleName: string
  readonly description: string
  readonly assignableScopes: readonly AssignablePlace[]
  readonly permissions: readonly RolePermission[]
  /** Asked of each place where the role is to be assignable, and of each where it was. */
  readonly mayWriteAt: (scope: Scope) => Permit<'roleDefinition.write'>
}

/** Azure's limit of a tenant. */
const customRolesMax = 5_000

const refused = (status: number, code: string, message: string): Problem =>
  new Problem({ code: 'ArmRefused', details: { status, code, message } })

/**
 * Makes or changes a tenant's own role: it counts for the next request of all who hold it. Raises `ArmRefused` in ARM's words,
 * `ResourceNotFound` and its kin for a place that is not there, `AccessDenied` where the caller may not write roles at every place.
 */
export async function setRoleDefinition(context: Context, call: Call, request: SetRoleDefinition): Promise<HeldRole> {
  const { tenantId, id, assignableScopes } = request
  call.details.set('roleDefinitionId', id)
  refuseBuiltIn(id)
  refuseUnknownActions(request.permissions)
  const home = compartmentOfGuid(tenantId)
  const found = await context.roleDefinitions.get(call, home, [id])
  await refusePlaces(context, call, { request, before: found?.value.assignableScopes ?? [] })
  refuseNameTaken(context, call, request)
  const value = {
    id,
    roleName: request.roleName,
    description: request.description,
    assignableScopes: [...assignableScopes],
    permissions: request.permissions.map(storedPermission),
    createdAt: found?.value.createdAt ?? call.at,
    createdBy: found?.value.createdBy ?? call.who.id,
    updatedAt: call.at,
    updatedBy: call.who.id,
  }
  if (found === undefined) return context.roleDefinitions.create(call, home, { path: [id], value })
  refuseStranded(context, call, { found, after: value })
  return context.roleDefinitions.update(call, found, value)
}

export interface DeleteRoleDefinition {
  readonly tenantId: string
  readonly role: HeldRole
  /** Of all places where it is assignable. */
  readonly permits: readonly { readonly permit: Permit<'roleDefinition.delete'>; readonly scope: Scope }[]
}

/** Raises `ArmRefused` RoleDefinitionHasAssignments while somebody holds it. */
export function deleteRoleDefinition(
  context: Pick<Context, 'roleDefinitions' | 'roleAssignments'>,
  call: Call,
  { tenantId, role, permits }: DeleteRoleDefinition,
): void {
  for (const { permit, scope } of permits) assertPermits(permit, scope)
  call.details.set('roleDefinitionId', role.value.id)
  if (assignmentsOfRole(context, call, { tenantId, id: role.value.id }).length > 0) throw hasAssignments()
  context.roleDefinitions.remove(call, role)
}

/** `undefined` where the tenant has no role of its own with that id. Raises `ArmRefused` where it is a built-in one. */
export async function customRoleNamed(
  context: Pick<Context, 'roleDefinitions'>,
  call: Call,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<HeldRole | undefined> {
  refuseBuiltIn(id)
  return context.roleDefinitions.get(call, compartmentOfGuid(tenantId), [id])
}

const hasAssignments = (): Problem =>
  refused(400, 'RoleDefinitionHasAssignments', 'There are existing role assignments referencing role. They must be removed first.')

function refuseBuiltIn(id: string): void {
  if (builtInRoles.some(role => role.id === id))
    throw refused(403, 'BuiltInRoleImmutable', `The role definition '${id}' is a built-in role: it can be neither changed nor deleted.`)
}

const assignmentsOfRole = (
  context: Pick<Context, 'roleAssignments'>,
  call: Call,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
) => context.roleAssignments.all(call, compartmentOfGuid(tenantId), ({ value }) => value.roleId === id)

async function refusePlaces(
  context: Context,
  call: Call,
  { request, before }: { readonly request: SetRoleDefinition; readonly before: readonly AssignablePlace[] },
): Promise<void> {
  const { assignableScopes, mayWriteAt } = request
  // A role that may be given elsewhere too is not changed by who may write roles here alone.
  for (const { scope } of [...before, ...assignableScopes]) assertPermits(mayWriteAt(scope), scope)
  for (const { scope } of assignableScopes) await refuseNowhere(context, call, scope)
}

/** Names are unique in the directory, in any case, over built-in and own roles alike. */
function refuseNameTaken(context: Context, call: Call, { tenantId, id, roleName }: SetRoleDefinition): void {
  const wanted = roleName.toLowerCase()
  const own = context.roleDefinitions.all(call, compartmentOfGuid(tenantId))
  const taken = [...builtInRoles, ...own.map(({ value }) => value)].some(role => role.id !== id && role.roleName.toLowerCase() === wanted)
  if (taken) {
    const message = `A custom role with the same name already exists in this directory. Use a different name. The role is '${roleName}'.`
    throw refused(409, 'RoleDefinitionWithSameNameExists', message)
  }
  if (own.length >= customRolesMax && !own.some(({ value }) => value.id === id))
    throw refused(400, 'RoleDefinitionLimitExceeded', `A directory has at most ${customRolesMax} custom roles.`)
}

/** A place may be taken out of a role only when nobody holds the role there any more. */
function refuseStranded(context: Context, call: Call, { found, after }: { readonly found: HeldRole; readonly after: CustomRole }): void {
  const held = context.roleAssignments.all(
    call,
    found.compartment,
    ({ value }) => value.roleId === after.id && !isAssignable(definitionOf(after), value.scope),
  )
  if (held.length > 0) throw hasAssignments()
}

const storedPermission = ({ condition, ...lists }: RolePermission) => {
  const kept = checkedCondition(condition)
  return {
    actions: [...lists.actions],
    notActions: [...lists.notActions],
    dataActions: [...lists.dataActions],
    notDataActions: [...lists.notDataActions],
    ...(kept !== undefined && { condition: kept }),
  }
}
