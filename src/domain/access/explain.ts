import type { Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldPrincipal } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { Problem } from '#model/problem.ts'
import { rootScope, standsIn } from '#domain/resources/scopes.ts'
import { builtInRoles } from './built-in-roles.ts'
import { placeNamed } from './explain-place.ts'
import { permissionNamed } from './explain-words.ts'
import { noFacts } from './permit.ts'
import { permissionRow, permissions, type Permission } from './permissions.ts'
import { entryMatch, type RoleDefinition } from './role-definition.ts'
import type { WeighedAssignment } from './weigh.ts'

export interface ExplainQuestion {
  readonly tenantId: string
  /** Object id, application id or display name. */
  readonly principal: string
  /** `keys/sign`, an Azure action, or a permission's own name; absent: all that the principal may do there. */
  readonly action?: string | undefined
  /** An ARM id, `vault` or `vault/key`; absent: the root. */
  readonly scope?: string | undefined
}

/** One assignment of the principal, and why it did or did not count. */
export interface Considered {
  readonly role: string
  readonly scope: string
  readonly assignment: string
  /** Its scope is the asked one or above it. */
  readonly inScope: boolean
  /** Its role grants the action. */
  readonly grants: boolean
}

export interface Explanation {
  readonly allow: boolean
  readonly principal: { readonly objectId: string; readonly appId: string; readonly displayName: string }
  readonly action?: string
  readonly scope: string
  /** One sentence. */
  readonly because: string
  readonly considered: readonly Considered[]
  /** An assignment that grants the action elsewhere, else one that stands in scope. */
  readonly nearest?: Considered
  /** The command that would allow it; absent where it is allowed. */
  readonly grant?: readonly string[]
  /** All actions that are allowed there, when none was asked. */
  readonly allowed?: readonly string[]
}

/** Judges as the next request would be judged, and says why. Opens nothing. Raises `DirectoryObjectNotFound`, `InvalidParameter`. */
export async function explain(context: Context, call: Call, question: ExplainQuestion): Promise<Explanation> {
  const found = principalNamed(context, call, question)
  const { id, appId, displayName, tenantId, kind } = found.value
  const who: Principal = { id, kind, tenant: tenantId, appId }
  const on = question.scope === undefined ? rootScope : await placeNamed(context, call, question.scope)
  const place = on.at(-1) ?? ''
  const asked = { principal: { objectId: id, appId, displayName }, scope: place === '' ? '/' : place }
  const judge = (permission: Permission) => context.access.judge({ who, permission, on, facts: noFacts })
  const assignments = context.rbac.assignmentsOf(who)
  if (question.action === undefined) {
    const allowed = namesOfActions()
      .filter(([permission]) => judge(permission).allowed)
      .map(([, action]) => action)
    const considered = assignments.map(one => consider(context, one, { on, permission: undefined }))
    const because = `${displayName} may do ${allowed.length} kinds of things here, by ${considered.filter(one => one.inScope).length} of ${considered.length} role assignments.`
    return { allow: allowed.length > 0, ...asked, because, considered, allowed: [...new Set(allowed)] }
  }
  const permission = permissionNamed(question.action)
  const considered = assignments.map(one => consider(context, one, { on, permission }))
  const action = permissionRow(permission).azure ?? permission
  const ruling = judge(permission)
  if (ruling.allowed) return { allow: true, ...asked, action, because: `Allowed by ${ruling.by}.`, considered }
  const nearest = considered.find(one => one.grants) ?? considered.find(one => one.inScope)
  const grant = grantFor(permission, { on, objectId: id, policies: ruling.because === 'no-access-policy' })
  return {
    allow: false,
    ...asked,
    action,
    because: sentence({ displayName, ruling: ruling.because, considered }),
    considered,
    ...(nearest !== undefined && { nearest }),
    ...(grant !== undefined && { grant }),
  }
}

function principalNamed(context: Context, call: Call, { principal, tenantId }: ExplainQuestion): HeldPrincipal {
  const wanted = principal.toLowerCase()
  const [found] = context.servicePrincipals.all(
    call,
    compartmentOfGuid(tenantId),
    ({ value }) => value.id === wanted || value.appId === wanted || value.displayName.toLowerCase() === wanted,
  )
  if (found === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: principal } })
  return found
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const namesOfActions = (): readonly (readonly [Permission, string])[] =>
  Object.keys(permissions)
    .filter(isPermission)
    .map(permission => [permission, permissionRow(permission).azure ?? permission] as const)

const rowsOf = (permission: Permission) => {
  const row = permissionRow(permission)
  return row.impliedBy !== undefined && isPermission(row.impliedBy) ? [row, permissionRow(row.impliedBy)] : [row]
}

const roleGrants = (role: RoleDefinition | undefined, permission: Permission): boolean =>
  role !== undefined &&
  role.permissions.some(entry => {
    const matches = entryMatch(entry)
    return rowsOf(permission).some(({ azure, data }) => azure !== undefined && matches(azure, data ?? false))
  })

function consider(
  context: Context,
  held: WeighedAssignment,
  { on, permission }: { readonly on: Scope; readonly permission: Permission | undefined },
): Considered {
  const { value: assignment } = held
  const role = context.rbac.catalog.find(held.compartment, assignment.roleId)?.definition
  return {
    role: role?.roleName ?? assignment.roleId,
    scope: assignment.scopeId === '' ? '/' : assignment.scopeId,
    assignment: assignment.name,
    inScope: standsIn(on, assignment.scope),
    grants: permission !== undefined && roleGrants(role, permission),
  }
}

function sentence(what: { readonly displayName: string; readonly ruling: string; readonly considered: readonly Considered[] }): string {
  const { displayName, ruling, considered } = what
  if (ruling === 'no-access-policy') return `The vault goes by access policies, and none of them gives ${displayName} this permission.`
  if (considered.length === 0) return `${displayName} has no role assignment at all.`
  const here = considered.filter(one => one.inScope)
  const elsewhere = considered.find(one => one.grants)
  if (elsewhere !== undefined) return `${elsewhere.role} would grant it, but it is assigned at ${elsewhere.scope}, not here.`
  if (here.length === 0) return `None of ${considered.length} role assignments of ${displayName} stands here or above.`
  const names = [...new Set(here.map(one => one.role))]
  return `${here.length} of ${considered.length} role assignments of ${displayName} stand here; ${names.join(', ')} ${names.length === 1 ? 'lacks' : 'lack'} it.`
}

/** `--key-permissions sign`, of a permission's column. */
function policyFlags(policies: string): readonly string[] {
  const [kind = '', word = ''] = policies.split(' ')
  return [`--${kind.replace(/s$/, '')}-permissions`, word]
}

/** The built-in role that grants it and least besides. */
function smallestRole(permission: Permission): RoleDefinition | undefined {
  const weight = (role: RoleDefinition): number => namesOfActions().filter(([other]) => roleGrants(role, other)).length
  const able = builtInRoles.filter(role => role.permissions.every(entry => entry.condition === undefined) && roleGrants(role, permission))
  return able.map(role => ({ role, weight: weight(role) })).sort((a, b) => a.weight - b.weight)[0]?.role
}

function grantFor(
  permission: Permission,
  at: { readonly on: Scope; readonly objectId: string; readonly policies: boolean },
): readonly string[] | undefined {
  const place = at.on.at(-1) ?? ''
  const { policies } = permissionRow(permission)
  const vault = /\/vaults\/([^/]+)/.exec(place)?.[1]
  if (at.policies && policies !== undefined && vault !== undefined)
    return ['az', 'keyvault', 'set-policy', '--name', vault, '--object-id', at.objectId, ...policyFlags(policies)]
  const role = smallestRole(permission)
  if (role === undefined) return undefined
  return [
    'az',
    'role',
    'assignment',
    'create',
    '--assignee-object-id',
    at.objectId,
    '--assignee-principal-type',
    'ServicePrincipal',
    '--role',
    role.roleName,
    '--scope',
    place === '' ? '/' : place,
  ]
}
