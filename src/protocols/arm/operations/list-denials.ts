import { json } from '#protocols/http/answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { atAnyScope, scopeOfPath } from '#protocols/arm/role-path.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** There are none: nothing here makes deny assignments, as in Azure nobody can but the service itself. */
export const listDenyAssignments = armOperation({
  name: 'DenyAssignmentList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/denyAssignments',
  permissions: ['denyAssignment.read'],
  params: atAnyScope,
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/denyAssignments`,
  async handle() {
    return json(200, { value: [] })
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
