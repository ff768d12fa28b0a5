import { standsIn } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { permissionShape } from '#protocols/arm/shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { atAnyScope } from '#protocols/arm/role-path.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What the caller itself may do at a scope, by itself and its groups: one entry a permission of a role. */
export const listPermissions = armOperation({
  name: 'PermissionList',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/permissions',
  permissions: 'authenticated',
  params: atAnyScope,
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/permissions`,
  async handle(context, call, { params }) {
    const here = context.rbac.assignmentsOf(call.who).filter(({ value }) => standsIn(params.scope.scope, value.scope))
    const value = here.flatMap(({ compartment, value: { roleId, condition } }) => {
      const role = context.rbac.catalog.find(compartment, roleId)
      return (role?.definition.permissions ?? []).map(entry => permissionShape(entry, condition))
    })
    return json(200, { value })
  },
})
