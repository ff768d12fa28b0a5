import type { Principal } from '#model/principal.ts'
import type { Held } from '#domain/records/family.ts'
import type { Ruling } from '#domain/call.ts'
import { aloneAsItself, type CountsAs, type Question, type RuleBook } from '#domain/access/permit.ts'
import { permissionRow, permissions, type PermissionRow } from '#domain/access/permissions.ts'
import { createAssignmentIndex } from '#domain/access/assignment-index.ts'
import type { RoleAssignment } from '#domain/access/records.ts'
import { grantsOf, type RoleDefinition } from '#domain/access/role-definition.ts'

/** The facts that a role assignment's writing is judged by. */
export const roleIdFact = 'Microsoft.Authorization/roleAssignments:RoleDefinitionId'

export interface AzureRbac {
  readonly book: RuleBook
  /** Keeps the index as the feed tells: give it to the family's observer. */
  observe(before: Held<RoleAssignment> | undefined, after: Held<RoleAssignment> | undefined): void
  /** Assignments of a principal and of the groups that it counts as, wherever they stand: explanations, `GET /subscriptions`. */
  assignmentsOf(who: Principal): readonly RoleAssignment[]
  role(id: string): RoleDefinition | undefined
}

interface CompiledRole {
  readonly definition: RoleDefinition
  readonly grants: (action: string, data: boolean) => boolean
}

const wanted = (row: PermissionRow): readonly PermissionRow[] =>
  row.impliedBy !== undefined && isPermission(row.impliedBy) ? [row, permissionRow(row.impliedBy)] : [row]
const isPermission = (name: string): name is keyof typeof permissions => Object.hasOwn(permissions, name)

/**
 * Azure RBAC (identity-and-arm.md 3.4): additive over the assignments of the principal at the scope and above it.
 * An action never grants a data action, not even `*`: the planes are apart. Costs groups × depth, whatever the number of assignments.
 */
export function azureRbac(roles: readonly RoleDefinition[], countsAs: CountsAs = aloneAsItself): AzureRbac {
  const compiled = new Map<string, CompiledRole>(roles.map(definition => [definition.id, { definition, grants: grantsOf(definition) }]))
  const index = createAssignmentIndex()

  function grants(assignment: RoleAssignment, row: PermissionRow, question: Question): boolean {
    const role = compiled.get(assignment.roleId)
    if (role === undefined || row.azure === undefined || !role.grants(row.azure, row.data ?? false)) return false
    const delegated = role.definition.delegates
    if (delegated === undefined || !/^Microsoft\.Authorization\/roleAssignments\/(?:write|delete)$/.test(row.azure)) return true
    const given = question.facts(roleIdFact)
    return given !== undefined && delegated.includes(given)
  }

  function judge(question: Question): Ruling {
    const rows = wanted(permissionRow(question.permission))
    const ids = countsAs(question.who)
    for (const at of question.on) {
      const here = ids.flatMap(id => index.at(id, at))
      const granting = here.find(({ value }) => rows.some(row => grants(value, row, question)))
      if (granting !== undefined) return { allowed: true, by: spelt(granting.value, at) }
    }
    return { allowed: false, because: ids.some(id => index.of(id).length > 0) ? 'no-assignment-grants-it-here' : 'no-assignment' }
  }

  const spelt = ({ roleId, name }: RoleAssignment, at: string): string =>
    `${compiled.get(roleId)?.definition.roleName ?? roleId} (${name}) at ${at === '' ? '/' : at}`

  return {
    book: question => (permissionRow(question.permission).azure === undefined ? undefined : judge(question)),
    observe: (before, after) => index.observe(before, after),
    assignmentsOf: who => countsAs(who).flatMap(id => index.of(id)),
    role: id => compiled.get(id)?.definition,
  }
}
