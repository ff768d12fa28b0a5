import { standsIn } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { atAnyScope } from '#protocols/arm/role-path.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What the caller itself may do at a scope, one entry a role. */
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
    const here = context.rbac.assignmentsOf(call.who).filter(one => standsIn(params.scope.scope, one.scope))
    const value = here.flatMap(({ roleId }) => {
      const role = context.rbac.role(roleId)
      if (role === undefined) return []
      const { actions, notActions = [], dataActions = [], notDataActions = [] } = role
      return [{ actions, notActions, dataActions, notDataActions }]
    })
    return json(200, { value })
  },
})
