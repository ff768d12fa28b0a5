import { z } from 'zod'
import { definitionOf } from '#domain/access/role-catalog.ts'
import { customRoleNamed, deleteRoleDefinition as remove } from '#domain/access/set-role-definition.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { anyQuery, extended, roleDefinition } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleDefinitionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 200 with what was there, 204 where there was nothing. */
export const deleteRoleDefinition = armOperation({
  name: 'RoleDefinitionDelete',
  method: 'DELETE',
  path: '/{scope*}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinition}',
  permissions: ['roleDefinition.delete'],
  params: z.object({ scope: extended, roleDefinition }),
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleDefinitions/${params.roleDefinition}`,
  async handle(context, call, { params, permit }) {
    const tenantId = await tenantAt(context, call, params.scope)
    const role = await customRoleNamed(context, call, { tenantId, id: params.roleDefinition })
    if (role === undefined) return empty(204)
    const permits = role.value.assignableScopes.map(({ scope }) => ({ scope, permit: permit('roleDefinition.delete', { on: scope }) }))
    remove(context, call, { tenantId, role, permits })
    return json(200, roleDefinitionShape(params.scope.scopeId, definitionOf(role.value)))
  },
})
