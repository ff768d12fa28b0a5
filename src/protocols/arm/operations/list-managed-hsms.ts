import type { Permission } from '#domain/access/permissions.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, atGroup, atSubscription, inGroup, inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

// There are no HSM pools here. az asks for them beside the vaults, and shows neither where it is refused.

const inWholeSubscription = (name: string, { type, permission }: { readonly type: string; readonly permission: Permission }) =>
  armOperation({
    name,
    method: 'GET',
    path: `/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/${type}`,
    permissions: [permission],
    params: inSubscription,
    query: anyQuery,
    body: { none: true },
    scope: atSubscription,
    resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.KeyVault/${type}`,
    async handle() {
      return json(200, { value: [] })
    },
  })

export const listManagedHsms = inWholeSubscription('ManagedHsmList', { type: 'managedHSMs', permission: 'hsm.read' })
export const listDeletedManagedHsms = inWholeSubscription('DeletedManagedHsmList', {
  type: 'deletedManagedHSMs',
  permission: 'hsm.listDeleted',
})

export const listGroupManagedHsms = armOperation({
  name: 'ManagedHsmListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/managedHSMs',
  permissions: ['hsm.read'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/Microsoft.KeyVault/managedHSMs`,
  async handle(context, call, { params }) {
    await groupNamed(context, call, params)
    return json(200, { value: [] })
  },
})
