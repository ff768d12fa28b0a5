import { Problem } from '#model/problem.ts'
import { noFacts, type Permit } from '#domain/access/permit.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { kindOfObject } from '#domain/groups/object-kind.ts'
import type { MemberKind } from '#domain/groups/records.ts'
import { assertManages } from '#domain/identity/owned-scope.ts'
import type { ServicePrincipal } from '#domain/identity/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { HeldAppRole } from './assignment-index.ts'
import { rolesOfPrincipal } from './assigned-roles.ts'

type Write = Permit<'directory.write'>

/** Access without a role, to an application that has none. */
const noRole = '00000000-0000-0000-0000-000000000000'

export interface NewAppRoleAssignment {
  readonly principalId: string
  readonly resourceId: string
  readonly appRoleId: string
}

const refused = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { message } })

/** Raises `DirectoryObjectNotFound`. */
export async function appRoleById(
  context: Needs<'appRoleAssignments'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldAppRole> {
  const held = await context.appRoleAssignments.get(call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()])
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

/** A role of an application for a user, a group or a principal. Raises `InvalidBody` where there is no such role, it is not for that kind, or is there already; `DirectoryObjectNotFound`. */
export async function assignAppRole(
  context: Needs<'appRoleAssignments' | 'access' | 'groups' | 'users' | 'servicePrincipals' | 'applications' | 'identity' | 'ground'>,
  call: Call,
  request: { readonly permit: Write; readonly tenantId: string; readonly assignment: NewAppRoleAssignment },
): Promise<HeldAppRole> {
  const { permit, tenantId, assignment } = request
  const principalId = assignment.principalId.toLowerCase()
  const resourceId = assignment.resourceId.toLowerCase()
  const appRoleId = assignment.appRoleId.toLowerCase()
  assertManages(permit, { set: 'servicePrincipals', id: resourceId })
  call.details.set('principalId', principalId).set('resourceId', resourceId).set('appRoleId', appRoleId)
  const resource = context.identity.index.servicePrincipal(tenantId, resourceId)?.value
  if (resource === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: resourceId } })
  const principalKind = await kindOfObject(context, call, { tenantId, id: principalId })
  if (principalKind === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: principalId } })
  if (principalKind === 'application') throw refused('An application has no roles; its service principal can have them.')
  if (principalKind === 'servicePrincipal') checkWhole(context, call)
  checkRole(context, { resource, appRoleId, principalKind })
  const there = context.identity.appRoles.of(principalId)
  if (there.some(({ value }) => value.resourceId === resourceId && value.appRoleId === appRoleId))
    throw refused('Permission being assigned already exists on the object')
  const id = context.ground.random.uuid()
  return context.appRoleAssignments.create(call, compartmentOfGuid(tenantId), {
    path: [id],
    value: { id, tenantId, principalId, principalKind, resourceId, appRoleId, createdAt: call.at },
  })
}

/** An owner lets people in to what it owns; what applications may do among themselves is the directory's. Raises `DirectoryAccessDenied`. */
function checkWhole({ access }: Needs<'access'>, call: Call): void {
  if (access.judge({ who: call.who, permission: 'directory.write', on: rootScope, facts: noFacts }).allowed) return
  call.ruling = { allowed: false, because: 'no-directory-right' }
  throw new Problem({ code: 'DirectoryAccessDenied' })
}

function checkRole(
  context: Needs<'identity'>,
  asked: { readonly resource: ServicePrincipal; readonly appRoleId: string; readonly principalKind: MemberKind },
): void {
  const { resource, appRoleId, principalKind } = asked
  const roles = rolesOfPrincipal(context, resource)
  if (appRoleId === noRole && !roles.some(({ enabled }) => enabled)) return
  const role = roles.find(({ id, enabled }) => id === appRoleId && enabled)
  const wanted = principalKind === 'servicePrincipal' ? 'Application' : 'User'
  if (role?.memberTypes.includes(wanted) !== true) throw refused('Permission being assigned was not found on application')
}

/** Gone from the tokens that are asked for after it, and from the directory's own decisions at once. */
export function removeAppRole(
  context: Needs<'appRoleAssignments' | 'access'>,
  call: Call,
  request: { readonly permit: Write; readonly assignment: HeldAppRole },
): void {
  const { permit, assignment } = request
  assertManages(permit, { set: 'servicePrincipals', id: assignment.value.resourceId })
  if (assignment.value.principalKind === 'servicePrincipal') checkWhole(context, call)
  context.appRoleAssignments.remove(call, assignment)
}

/** Far more than any object has; what is beyond names ids that come never again. */
const atOnce = 200

/** Of an object that is gone for good: what it had, and what others had of it. */
export async function removeAppRolesOf(
  context: Needs<'appRoleAssignments' | 'identity'>,
  call: Call,
  { compartment, id }: { readonly compartment: CompartmentId; readonly id: string },
): Promise<void> {
  const { appRoles } = context.identity
  for (const { path } of [...appRoles.of(id), ...appRoles.at(id)].slice(0, atOnce)) {
    const held = await context.appRoleAssignments.get(call, compartment, path)
    if (held !== undefined) context.appRoleAssignments.remove(call, held)
  }
}
