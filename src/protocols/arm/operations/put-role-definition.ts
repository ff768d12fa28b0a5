import { z } from 'zod'
import { definitionOf } from '#domain/access/role-catalog.ts'
import { setRoleDefinition } from '#domain/access/set-role-definition.ts'
import { formatArmId, parseArmId, scopeOfArmId } from '#protocols/azure/arm-ids.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, maybe, wordOf } from '#protocols/arm/bodies.ts'
import { anyQuery, extended, roleDefinition } from '#protocols/arm/params.ts'
import { scopeOfPath, tenantAt } from '#protocols/arm/role-path.ts'
import { roleDefinitionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Letters, digits, `. _ - /` and wildcards anywhere. */
const actionList = maybe(
  z.array(z.string().regex(/^[\w.*/-]{1,512}$/, 'must be actions such as Microsoft.KeyVault/vaults/*/read')).max(2_048),
).transform(list => list ?? [])

const permission = z.object({
  actions: actionList,
  notActions: actionList,
  dataActions: actionList,
  notDataActions: actionList,
  condition: maybe(z.string()),
  conditionVersion: maybe(z.literal('2.0', 'must be 2.0')),
})

const place = z.string().transform((text, context) => {
  const id = parseArmId(text)
  if (id !== undefined && id.extension === undefined) return { scopeId: formatArmId(id), scope: scopeOfArmId(id) }
  context.addIssue({ code: 'custom', message: 'must be subscriptions, resource groups or resources: the root is for built-in roles' })
  return z.NEVER
})

const body = z.object({
  properties: z.object({
    roleName: z.string('must be a string').trim().min(1, 'must not be empty').max(512, 'has at most 512 characters'),
    type: maybe(wordOf(['CustomRole'])),
    description: maybe(z.string().max(2_048, 'has at most 2048 characters')),
    assignableScopes: z.array(place).min(1, 'must name a scope').max(2_048),
    permissions: z
      .array(permission)
      .min(1, 'must have an entry')
      .max(64)
      .transform(entries =>
        entries.map(({ actions, notActions, dataActions, notDataActions, condition }) => ({
          actions,
          notActions,
          dataActions,
          notDataActions,
          condition,
        })),
      ),
  }),
})

export const putRoleDefinition = armOperation({
  name: 'RoleDefinitionPut',
  method: 'PUT',
  path: '/{scope*}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinition}',
  permissions: ['roleDefinition.write'],
  params: z.object({ scope: extended, roleDefinition }),
  query: anyQuery,
  body: armJson(body),
  scope: scopeOfPath,
  resource: ({ params }) => `${params.scope.scopeId}/providers/Microsoft.Authorization/roleDefinitions/${params.roleDefinition}`,
  async handle(context, call, { params, body: { properties }, permit }) {
    const role = await setRoleDefinition(context, call, {
      tenantId: await tenantAt(context, call, params.scope),
      id: params.roleDefinition,
      roleName: properties.roleName,
      description: properties.description ?? '',
      assignableScopes: properties.assignableScopes,
      permissions: properties.permissions,
      mayWriteAt: on => permit('roleDefinition.write', { on }),
    })
    // 201 for a change too: the service knows no other answer, and its clients take none.
    return json(201, roleDefinitionShape(params.scope.scopeId, definitionOf(role.value)))
  },
})
