import { z } from 'zod'
import { isKnownAt } from '#domain/access/role-catalog.ts'
import type { Context } from '#domain/context.ts'
import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { anyQuery, extended, roleDefinition } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleDefinitionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

function answer(context: Context, id: string, { tenantId, scopeId, scope }: Where): Answer {
  const role = context.rbac.role(tenantId, id)
  if (role !== undefined && (scope === undefined || isKnownAt(role, scope))) return json(200, roleDefinitionShape(scopeId, role))
  const message = `The specified role definition with ID '${id}' does not exist.`
  throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'RoleDefinitionDoesNotExist', message } })
}

interface Where {
  readonly tenantId: string
  readonly scopeId: string
  /** Absent: anywhere. */
  readonly scope?: Scope
}

export const getRoleDefinition = armOperation({
  name: 'RoleDefinitionGet',
  method: 'GET',
  path: '/{scope*}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinition}',
  permissions: ['roleDefinition.read'],
  params: z.object({ scope: extended, roleDefinition }),
  query: anyQuery,
  body: { none: true },
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleDefinitions/${params.roleDefinition}`,
  async handle(context, call, { params }) {
    const tenantId = await tenantAt(context, call, params.scope)
    return answer(context, params.roleDefinition, { tenantId, ...params.scope })
  },
})

/** Without a scope in front: built-in roles are published, and a tenant's own are no secret within it; whoever has a token may look one up, as in Azure. */
export const getRoleDefinitionAnywhere = armOperation({
  name: 'RoleDefinitionGetById',
  method: 'GET',
  path: '/providers/Microsoft.Authorization/roleDefinitions/{roleDefinition}',
  permissions: 'authenticated',
  params: z.object({ roleDefinition }),
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `/providers/Microsoft.Authorization/roleDefinitions/${params.roleDefinition}`,
  async handle(context, call, { params }) {
    return answer(context, params.roleDefinition, { tenantId: call.who.tenant ?? '', scopeId: '' })
  },
})
