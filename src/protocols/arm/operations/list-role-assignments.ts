import { assignmentsAround } from '#domain/access/scope-assignments.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atAnyScope, scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** `atScope()`, `principalId eq '…'`, and `assignedTo('…')`, which counts what a principal has through its groups too. */
function askedBy(
  terms: readonly FilterTerm[],
  groupsOf: (id: string) => readonly string[],
): { readonly atScope: boolean; readonly principals?: readonly string[] } {
  let atScope = false
  let principals: readonly string[] | undefined
  const withGroups = (id: string): readonly string[] => [id.toLowerCase(), ...groupsOf(id.toLowerCase())]
  for (const term of terms) {
    if ('word' in term && term.word === 'atscope') atScope = true
    else if ('word' in term && term.word === 'assignedto') principals = withGroups(term.argument ?? refuseTerm())
    else if ('name' in term && term.name === 'principalid') principals = [term.equals.toLowerCase()]
    else refuseTerm()
  }
  return { atScope, ...(principals !== undefined && { principals }) }
}

export const listRoleAssignments = armOperation({
  name: 'RoleAssignmentList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/roleAssignments',
  permissions: ['roleAssignment.read'],
  params: atAnyScope,
  query: listQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleAssignments`,
  async handle(context, call, { site, params, query, request }) {
    const tenantId = await tenantAt(context, call, params.scope)
    const asked = askedBy(parseFilter(query.$filter), id => context.identity.memberships.groupsOf(id))
    const found = assignmentsAround(context, call, { tenantId, scope: params.scope.scope, ...asked })
    return armList(site, request, found.map(roleAssignmentShape))
  },
})
