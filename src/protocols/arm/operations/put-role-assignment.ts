import { z } from 'zod'
import { assignRole } from '#domain/access/assign-role.ts'
import type { Facts } from '#domain/access/conditions/evaluate.ts'
import { assignmentFact } from '#domain/access/known-facts.ts'
import { refused } from '#domain/resources/arm-refusal.ts'
import { isGuid } from '#protocols/azure/arm-ids.ts'
import { json } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import { armJson, maybe, wordOf } from '#protocols/arm/bodies.ts'
import { anyQuery, extended, roleAssignment } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleAssignmentShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** The GUID alone is no id of a role: the service says no more of it than that the request is badly formed. */
const roleId = z
  .string('roleDefinitionId must be a string')
  .transform(id => /\/roleDefinitions\/([^/]+)\/?$/i.exec(id)?.[1]?.toLowerCase() ?? '')

const body = z.object({
  properties: z.object({
    roleDefinitionId: roleId,
    principalId: z.string('principalId must be a string').transform(id => id.toLowerCase()),
    principalType: maybe(wordOf(['ServicePrincipal', 'User', 'Group', 'ForeignGroup', 'Device'])),
    description: maybe(z.string().max(1_024, 'description has at most 1024 characters')),
    condition: maybe(z.string()),
    conditionVersion: maybe(z.literal('2.0', 'conditionVersion must be 2.0')),
    delegatedManagedIdentityResourceId: maybe(z.string().max(2_048, 'delegatedManagedIdentityResourceId has at most 2048 characters')),
  }),
})

function refuseMalformed({ roleDefinitionId, principalId }: z.output<typeof body>['properties']): void {
  if (!isGuid(roleDefinitionId)) throw refused(400, { code: 'BadRequestFormat', message: 'The request was incorrectly formatted.' })
  if (isGuid(principalId)) return
  const message = `The Principal ID '${principalId.slice(0, 64)}' is not valid. Principal ID must be a GUID.`
  throw refused(400, { code: 'InvalidPrincipalId', message })
}

/** Who may pass on some roles, to some principals, is judged by what the body names: read when, and only when, such a condition is met. */
const facts =
  (request: WireRequest): Facts =>
  attribute => {
    if (attribute.source !== 'Request' || request.body === undefined) return undefined
    try {
      const said = body.safeParse(parseStrictJson(request.body)).data?.properties
      return said === undefined ? undefined : assignmentFact(attribute, { ...said, roleId: said.roleDefinitionId })
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
    refuseMalformed(properties)
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
      condition: properties.condition,
      delegatedManagedIdentityResourceId: properties.delegatedManagedIdentityResourceId,
    })
    return json(created ? 201 : 200, roleAssignmentShape(assignment))
  },
})
