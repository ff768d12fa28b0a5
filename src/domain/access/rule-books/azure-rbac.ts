import type { Refused, Ruling } from '#domain/call.ts'
import { aloneAsItself, type CountsAs, type Question, type RuleBook, type Someone } from '#domain/access/permit.ts'
import { permissionRow, type PermissionRow } from '#domain/access/permissions.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { createAssignmentIndex } from '#domain/access/assignment-index.ts'
import { denialIndex, type DenialIndex } from '#domain/access/denial-index.ts'
import { judgedBy } from '#domain/access/known-facts.ts'
import { roleCatalog, type RoleCatalog } from '#domain/access/role-catalog.ts'
import type { RoleDefinition } from '#domain/access/role-definition.ts'
import { createScales, rowsFor, type WeighedAssignment, type Weight } from '#domain/access/weigh.ts'

export interface AzureRbac {
  readonly book: RuleBook
  /** Keeps the index as the feed tells: give it to the family's observer. */
  observe(before: WeighedAssignment | undefined, after: WeighedAssignment | undefined): void
  readonly catalog: RoleCatalog
  readonly denials: DenialIndex
  /** Assignments of somebody, those of their groups included, wherever they stand: explanations, `GET /subscriptions`. */
  assignmentsOf(who: Someone): readonly WeighedAssignment[]
  role(tenantId: string, id: string): RoleDefinition | undefined
  /** What one assignment does with a question, whatever its scope: for explanations. */
  weigh(held: WeighedAssignment, question: Question): Weight
}

/**
 * Azure RBAC (identity-and-arm.md 3.4): deny assignments first, then additive over the assignments of the principal at the scope and above it.
 * An action never grants a data action, not even `*`: the planes are apart. Costs groups × depth, whatever the number of assignments.
 */
export function azureRbac(builtIns: readonly RoleDefinition[], countsAs: CountsAs = aloneAsItself): AzureRbac {
  const catalog = roleCatalog(builtIns)
  const denials = denialIndex()
  const index = createAssignmentIndex()
  const scales = createScales(catalog)

  function judge(question: Question): Ruling {
    const ids = countsAs(question.who)
    const [own, ...carrying] = rowsFor(question.permission)
    const forbidden = denied(denials, own, { question, ids })
    if (forbidden !== undefined) return forbidden
    const rows = [own, ...carrying.filter(row => denied(denials, row, { question, ids }) === undefined)]
    let unmet = false
    for (const at of question.on)
      for (const id of ids) {
        const found = best(index.at(id, at), rows, question)
        if (found === undefined) continue
        if (found.weight === 'grants') return { allowed: true, by: spelt(found.held, at) }
        unmet = true
      }
    if (unmet) return { allowed: false, because: 'condition-not-met' }
    return { allowed: false, because: ids.some(id => index.of(id).length > 0) ? 'no-assignment-grants-it-here' : 'no-assignment' }
  }

  /** The one that grants, else one that would but for a condition; on the road of every request, so without lists of its own. */
  function best(held: readonly WeighedAssignment[], rows: readonly PermissionRow[], question: Question) {
    let other: { readonly held: WeighedAssignment; readonly weight: Weight } | undefined
    for (const one of held)
      for (const row of rows) {
        const weight = scales.row(one, row, question)
        if (weight === 'grants') return { held: one, weight }
        if (weight !== 'lacks') other = { held: one, weight }
      }
    return other
  }

  const spelt = ({ compartment, value: { roleId, name } }: WeighedAssignment, at: string): string =>
    `${catalog.find(compartment, roleId)?.definition.roleName ?? roleId} (${name}) at ${at === '' ? '/' : at}`

  return {
    book: question => (permissionRow(question.permission).azure === undefined ? undefined : judge(question)),
    observe: (before, after) => index.observe(before, after),
    catalog,
    denials,
    assignmentsOf: who => countsAs(who).flatMap(id => index.of(id)),
    role: (tenantId, id) => catalog.find(compartmentOfGuid(tenantId), id)?.definition,
    weigh: (held, question) => scales.all(held, question),
  }
}

/** A denial whose condition cannot be judged denies. */
function denied(
  denials: DenialIndex,
  { azure, data }: PermissionRow,
  { question, ids }: { readonly question: Question; readonly ids: readonly string[] },
): Refused | undefined {
  if (azure === undefined) return undefined
  const denial = denials
    .holding(question.on, ids)
    .find(({ entries }) =>
      entries.some(({ matches, condition }) => matches(azure, data ?? false) && condition?.(judgedBy(question, azure)) !== false),
    )
  if (denial === undefined) return undefined
  const { scopeId, name, denyAssignmentName } = denial.value
  const id = `${scopeId}/providers/Microsoft.Authorization/denyAssignments/${name}`
  return { allowed: false, because: 'deny-assignment', denial: { id, name: denyAssignmentName } }
}
