import type { Held } from '#domain/records/family.ts'
import type { Ruling } from '#domain/call.ts'
import type { Question, RuleBook } from '#domain/access/permit.ts'
import { permissionRow, permissions, type PermissionRow } from '#domain/access/permissions.ts'
import type { RoleAssignment } from '#domain/access/records.ts'
import { grantsOf, type RoleDefinition } from '#domain/access/role-definition.ts'

/** The facts that a role assignment's writing is judged by. */
export const roleIdFact = 'Microsoft.Authorization/roleAssignments:RoleDefinitionId'

export interface AzureRbac {
  readonly book: RuleBook
  /** Keeps the index as the feed tells: give it to the family's observer. */
  observe(before: Held<RoleAssignment> | undefined, after: Held<RoleAssignment> | undefined): void
  /** Assignments of a principal, wherever they stand: explanations, `GET /subscriptions`. */
  assignmentsOf(principalId: string): readonly RoleAssignment[]
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
export function azureRbac(roles: readonly RoleDefinition[]): AzureRbac {
  const compiled = new Map<string, CompiledRole>(roles.map(definition => [definition.id, { definition, grants: grantsOf(definition) }]))
  const byPrincipal = new Map<string, Map<string, Held<RoleAssignment>[]>>()

  function drop({ value, id }: Held<RoleAssignment>): void {
    const scopes = byPrincipal.get(value.principalId)
    const at = value.scope.at(-1) ?? ''
    const left = (scopes?.get(at) ?? []).filter(held => held.id !== id)
    if (left.length > 0) scopes?.set(at, left)
    else scopes?.delete(at)
    if (scopes?.size === 0) byPrincipal.delete(value.principalId)
  }

  function add(held: Held<RoleAssignment>): void {
    const scopes = byPrincipal.getOrInsertComputed(held.value.principalId, () => new Map<string, Held<RoleAssignment>[]>())
    scopes.getOrInsertComputed(held.value.scope.at(-1) ?? '', () => []).push(held)
  }

  function grants(assignment: RoleAssignment, row: PermissionRow, question: Question): boolean {
    const role = compiled.get(assignment.roleId)
    if (role === undefined || row.azure === undefined || !role.grants(row.azure, row.data ?? false)) return false
    const delegated = role.definition.delegates
    if (delegated === undefined || !/^Microsoft\.Authorization\/roleAssignments\/(?:write|delete)$/.test(row.azure)) return true
    const given = question.facts(roleIdFact)
    return given !== undefined && delegated.includes(given)
  }

  function judge(question: Question): Ruling {
    const scopes = byPrincipal.get(question.who.id)
    if (scopes === undefined) return { allowed: false, because: 'no-assignment' }
    const rows = wanted(permissionRow(question.permission))
    for (const at of question.on) {
      for (const { value } of scopes.get(at) ?? []) {
        if (rows.some(row => grants(value, row, question)))
          return {
            allowed: true,
            by: `${compiled.get(value.roleId)?.definition.roleName ?? value.roleId} (${value.name}) at ${at === '' ? '/' : at}`,
          }
      }
    }
    return { allowed: false, because: 'no-assignment-grants-it-here' }
  }

  return {
    book: question => (permissionRow(question.permission).azure === undefined ? undefined : judge(question)),
    observe(before, after) {
      if (before !== undefined) drop(before)
      if (after !== undefined) add(after)
    },
    assignmentsOf: principalId => [...(byPrincipal.get(principalId)?.values() ?? [])].flat().map(held => held.value),
    role: id => compiled.get(id)?.definition,
  }
}
