import { z } from 'zod'
import type { Context } from '#domain/context.ts'
import { Problem } from '#model/problem.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { anyQuery, extended, roleDefinition } from '#protocols/arm/params.ts'
import { scopeOfPath } from '#protocols/arm/role-path.ts'
import { roleDefinitionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

function answer(context: Context, id: string, scopeId: string): Answer {
  const role = context.rbac.role(id)
  if (role !== undefined) return json(200, roleDefinitionShape(scopeId, role))
  const message = `The specified role definition with ID '${id}' does not exist.`
  throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'RoleDefinitionDoesNotExist', message } })
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
  async handle(context, _call, { params }) {
    return answer(context, params.roleDefinition, params.scope.scopeId)
  },
})

/** Without a scope in front: built-in roles are published, whoever has a token may look one up, as in Azure. */
export const getRoleDefinitionAnywhere = armOperation({
  name: 'RoleDefinitionGetById',
  method: 'GET',
  path: '/providers/Microsoft.Authorization/roleDefinitions/{roleDefinition}',
  permissions: 'authenticated',
  params: z.object({ roleDefinition }),
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `/providers/Microsoft.Authorization/roleDefinitions/${params.roleDefinition}`,
  async handle(context, _call, { params }) {
    return answer(context, params.roleDefinition, '')
  },
})
