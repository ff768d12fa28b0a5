import { builtInRoles } from '#domain/access/built-in-roles.ts'
import { isKnownAt } from '#domain/access/role-catalog.ts'
import type { RoleDefinition } from '#domain/access/role-definition.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atAnyScope, scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleDefinitionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** `roleName eq`, `type eq` in any case; `atScopeAndBelow()`: what is below is shown without it too. */
function matches(term: FilterTerm, role: RoleDefinition): boolean {
  if ('word' in term) return term.word === 'atscopeandbelow' || refuseTerm()
  const wanted = term.equals.toLowerCase()
  if (term.name === 'rolename') return role.roleName.toLowerCase() === wanted
  if (term.name === 'type') return wanted === (role.custom ? 'customrole' : 'builtinrole')
  return refuseTerm()
}

export const listRoleDefinitions = armOperation({
  name: 'RoleDefinitionList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/roleDefinitions',
  permissions: ['roleDefinition.read'],
  params: atAnyScope,
  query: listQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleDefinitions`,
  async handle(context, call, { site, params, query, request }) {
    const terms = parseFilter(query.$filter)
    const own = context.rbac.catalog.customOf(await tenantAt(context, call, params.scope))
    const known = [...builtInRoles, ...own.filter(role => isKnownAt(role, params.scope.scope))]
    const roles = known.filter(role => terms.every(term => matches(term, role)))
    return armList(
      site,
      request,
      roles.map(role => roleDefinitionShape(params.scope.scopeId, role)),
    )
  },
})
