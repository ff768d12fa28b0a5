import { z } from 'zod'
import { assignmentNamed, removeRole } from '#domain/access/remove-role.ts'
import type { Facts } from '#domain/access/conditions/evaluate.ts'
import { assignmentFact } from '#domain/access/known-facts.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { anyQuery, extended, roleAssignment } from '#protocols/arm/params.ts'
import { tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 200 with what was there, 204 where there was nothing. Asked once the assignment is known: some may take away some roles only. */
export const deleteRoleAssignment = armOperation({
  name: 'RoleAssignmentDelete',
  method: 'DELETE',
  path: '/{scope*}/providers/Microsoft.Authorization/roleAssignments/{roleAssignment}',
  permissions: ['roleAssignment.delete'],
  params: z.object({ scope: extended, roleAssignment }),
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleAssignments/${params.roleAssignment}`,
  async handle(context, call, { params, permit }) {
    const tenantId = await tenantAt(context, call, params.scope)
    const { scope } = params.scope
    const assignment = await assignmentNamed(context, call, { tenantId, scope, name: params.roleAssignment })
    const facts: Facts = attribute =>
      assignment === undefined || attribute.source !== 'Resource' ? undefined : assignmentFact(attribute, assignment.value)
    const permitted = permit('roleAssignment.delete', { on: scope, facts })
    if (assignment === undefined) return empty(204)
    removeRole(context, call, { permit: permitted, tenantId, assignment })
    return json(200, roleAssignmentShape(assignment))
  },
})
