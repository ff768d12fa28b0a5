import { z } from 'zod'
import { assignRole } from '#domain/access/assign-role.ts'
import type { Facts } from '#domain/access/permit.ts'
import { roleIdFact } from '#domain/access/rule-books/azure-rbac.ts'
import { Problem } from '#model/problem.ts'
import { isGuid } from '#protocols/azure/arm-ids.ts'
import { json } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import { armJson, maybe, wordOf } from '#protocols/arm/bodies.ts'
import { anyQuery, extended, roleAssignment } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

const roleId = z
  .string('roleDefinitionId must be a string')
  .transform(id => /(?:^|\/roleDefinitions\/)([^/]+)$/i.exec(id)?.[1]?.toLowerCase() ?? '')
  .refine(isGuid, 'roleDefinitionId must end in the GUID of a role definition')

const body = z.object({
  properties: z.object({
    roleDefinitionId: roleId,
    principalId: z
      .string('principalId must be a string')
      .refine(isGuid, 'principalId must be a GUID')
      .transform(id => id.toLowerCase()),
    principalType: maybe(wordOf(['ServicePrincipal', 'User', 'Group', 'ForeignGroup', 'Device'])),
    description: maybe(z.string().max(1_024, 'description has at most 1024 characters')),
    condition: maybe(z.string()),
  }),
})

/** A role that may be passed on for some roles only is judged by the role that the body names: read when, and only when, such a role is met. */
const facts =
  (request: WireRequest): Facts =>
  name => {
    if (name !== roleIdFact || request.body === undefined) return undefined
    try {
      return body.safeParse(parseStrictJson(request.body)).data?.properties.roleDefinitionId
    } catch {
      return undefined
    }
  }

export const putRoleAssignment = armOperation({
  name: 'RoleAssignmentPut',
  method: 'PUT',
  path: '/{scope*}/providers/Microsoft.Authorization/roleAssignments/{roleAssignment}',
  permissions: ['roleAssignment.write'],
  params: z.object({ scope: extended, roleAssignment }),
  query: anyQuery,
  body: armJson(body),
  scope: scopeOfPath,
  facts,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleAssignments/${params.roleAssignment}`,
  async handle(context, call, { params, body: { properties }, permit }) {
    // An assignment whose condition is not evaluated would give more than was meant.
    if (properties.condition !== undefined && properties.condition !== '')
      throw new Problem({
        code: 'NotSupported',
        details: { message: 'Role assignment conditions are not evaluated here yet; an assignment with one is refused.' },
      })
    const { assignment, created } = await assignRole(context, call, {
      permit: permit('roleAssignment.write'),
      tenantId: await tenantAt(context, call, params.scope),
      scope: params.scope.scope,
      scopeId: params.scope.scopeId,
      name: params.roleAssignment,
      roleId: properties.roleDefinitionId,
      principalId: properties.principalId,
      principalType: properties.principalType,
      description: properties.description,
    })
    return json(created ? 201 : 200, roleAssignmentShape(assignment))
  },
})
