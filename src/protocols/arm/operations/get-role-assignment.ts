import { z } from 'zod'
import { assignmentNamed } from '#domain/access/remove-role.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, extended, roleAssignment } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getRoleAssignment = armOperation({
  name: 'RoleAssignmentGet',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/roleAssignments/{roleAssignment}',
  permissions: ['roleAssignment.read'],
  params: z.object({ scope: extended, roleAssignment }),
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleAssignments/${params.roleAssignment}`,
  async handle(context, call, { params }) {
    const tenantId = await tenantAt(context, call, params.scope)
    const found = await assignmentNamed(context, call, { tenantId, scope: params.scope.scope, name: params.roleAssignment })
    if (found !== undefined) return json(200, roleAssignmentShape(found))
    const message = `The role assignment '${params.roleAssignment}' is not found.`
    throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'RoleAssignmentNotFound', message } })
  },
})
