import { z } from 'zod'
import { denialsAround } from '#domain/access/scope-assignments.ts'
import { Problem } from '#model/problem.ts'
import { parseFilter, refuseTerm } from '#protocols/azure/odata-filter.ts'
import { json } from '#protocols/http/answer.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery, denyAssignment, extended } from '#protocols/arm/params.ts'
import { atAnyScope, scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { denyAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What nobody may do, whatever their roles: the system's own. There is no PUT, for anyone (identity-and-arm.md 3.2). */
export const listDenyAssignments = armOperation({
  name: 'DenyAssignmentList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/denyAssignments',
  permissions: ['denyAssignment.read'],
  params: atAnyScope,
  query: listQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/denyAssignments`,
  async handle(context, call, { site, params, query, request }) {
    const tenantId = await tenantAt(context, call, params.scope)
    let atScope = false
    let name: string | undefined
    for (const term of parseFilter(query.$filter)) {
      if ('word' in term && term.word === 'atscope') atScope = true
      else if ('name' in term && term.name === 'denyassignmentname') name = term.equals
      else refuseTerm()
    }
    const around = denialsAround(context, call, { tenantId, scope: params.scope.scope, atScope })
    const found = around.filter(({ value }) => name === undefined || value.denyAssignmentName === name)
    return armList(site, request, found.map(denyAssignmentShape))
  },
})

export const getDenyAssignment = armOperation({
  name: 'DenyAssignmentGet',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/denyAssignments/{denyAssignment}',
  permissions: ['denyAssignment.read'],
  params: z.object({ scope: extended, denyAssignment }),
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/denyAssignments/${params.denyAssignment}`,
  async handle(context, call, { params }) {
    const tenantId = await tenantAt(context, call, params.scope)
    const { scope } = params.scope
    const found = denialsAround(context, call, { tenantId, scope, atScope: true }).find(
      ({ value }) => value.name === params.denyAssignment && value.scope.at(-1) === scope.at(-1),
    )
    if (found !== undefined) return json(200, denyAssignmentShape(found))
    const message = `The deny assignment '${params.denyAssignment}' is not found.`
    throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'DenyAssignmentNotFound', message } })
  },
})

/** There are none: policies are not served, and clients ask (identity-and-arm.md 3.2). */
export const listPolicyAssignments = armOperation({
  name: 'PolicyAssignmentList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/policyAssignments',
  permissions: ['policyAssignment.read'],
  params: atAnyScope,
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/policyAssignments`,
  async handle() {
    return json(200, { value: [] })
  },
})
