import type { Held } from '#domain/records/family.ts'
import { conditionIn } from './conditions/condition-in.ts'
import type { Condition, Judged, Truth } from './conditions/evaluate.ts'
import { judgedBy } from './known-facts.ts'
import type { Question } from './permit.ts'
import { permissionRow, permissions, type Permission, type PermissionRow } from './permissions.ts'
import type { RoleAssignment } from './records.ts'
import type { RoleCatalog } from './role-catalog.ts'

export type WeighedAssignment = Held<RoleAssignment>

/** What one assignment does with a question: its role lacks the action, or names it, and its conditions hold, fail, or cannot be judged. */
export type Weight = 'lacks' | 'grants' | 'condition-fails' | 'condition-unjudged'

export interface Scales {
  row(held: WeighedAssignment, row: PermissionRow, question: Question): Weight
  /** By every row that would do; whatever the assignment's scope. */
  all(held: WeighedAssignment, question: Question): Weight
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)

/** A permission's own row first, then the one that carries it too. */
export const rowsFor = (permission: Permission): readonly [PermissionRow, ...PermissionRow[]] => {
  const row = permissionRow(permission)
  return row.impliedBy !== undefined && isPermission(row.impliedBy) ? [row, permissionRow(row.impliedBy)] : [row]
}

/** Conditions are parsed once an assignment. */
export function createScales(catalog: RoleCatalog): Scales {
  const conditions = new WeakMap<RoleAssignment, Condition>()

  function ownCondition({ value }: WeighedAssignment, judged: Judged): Truth {
    if (value.condition === undefined) return true
    const known = conditions.get(value)
    const condition = known ?? conditionIn(value.condition) ?? (() => undefined)
    if (known === undefined) conditions.set(value, condition)
    return condition(judged)
  }

  const scales: Scales = {
    row(held, { azure, data }, question) {
      const role = azure === undefined ? undefined : catalog.find(held.compartment, held.value.roleId)
      if (azure === undefined || role === undefined) return 'lacks'
      const naming = role.entries.filter(entry => entry.matches(azure, data ?? false))
      if (naming.length === 0) return 'lacks'
      // What most are: nothing is asked of the request.
      if (held.value.condition === undefined && naming.some(({ condition }) => condition === undefined)) return 'grants'
      const judged = judgedBy(question, azure)
      const own = new Set(naming.map(({ condition }) => (condition === undefined ? true : condition(judged))))
      const truths: ReadonlySet<Truth> = own.has(true) ? new Set([ownCondition(held, judged)]) : own
      if (truths.has(true)) return 'grants'
      return truths.has(undefined) ? 'condition-unjudged' : 'condition-fails'
    },
    all(held, question) {
      const weights = new Set(rowsFor(question.permission).map(row => scales.row(held, row, question)))
      return (['grants', 'condition-unjudged', 'condition-fails'] as const).find(weight => weights.has(weight)) ?? 'lacks'
    },
  }
  return scales
}
