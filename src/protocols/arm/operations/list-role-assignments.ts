import { assignmentsAround } from '#domain/access/scope-assignments.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atAnyScope, scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** `atScope()`, `principalId eq '…'`, `assignedTo('…')`: here nobody is in a group, so the last two are one. */
function askedBy(terms: readonly FilterTerm[]): { readonly atScope: boolean; readonly principalId?: string } {
  let atScope = false
  let principalId: string | undefined
  for (const term of terms) {
    if ('word' in term && term.word === 'atscope') atScope = true
    else if ('word' in term && term.word === 'assignedto') principalId = term.argument ?? refuseTerm()
    else if ('name' in term && term.name === 'principalid') principalId = term.equals
    else refuseTerm()
  }
  return { atScope, ...(principalId !== undefined && { principalId: principalId.toLowerCase() }) }
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
    const found = assignmentsAround(context, call, { tenantId, scope: params.scope.scope, ...askedBy(parseFilter(query.$filter)) })
    return armList(site, request, found.map(roleAssignmentShape))
  },
})
