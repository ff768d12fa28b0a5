import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, standsIn } from '#domain/resources/scopes.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atGroup, inGroup, inSubscription } from '#protocols/arm/params.ts'
import { vaultShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const listVaults = armOperation({
  name: 'VaultList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/vaults',
  permissions: 'authenticated',
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.KeyVault/vaults`,
  async handle(context, call, { site, params, request }) {
    const vaults = context.vaults.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) =>
      mayRead(context, call, { permission: 'vault.read', on: value.scope }),
    )
    return armList(
      site,
      request,
      vaults.map(({ value }) => vaultShape(site, value)),
    )
  },
})

export const listGroupVaults = armOperation({
  name: 'VaultListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults',
  permissions: ['vault.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/Microsoft.KeyVault/vaults`,
  async handle(context, call, { site, params, request }) {
    await groupNamed(context, call, params)
    const here = groupScope(params.subscriptionId, params.group)
    const vaults = context.vaults.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) => standsIn(value.scope, here))
    return armList(
      site,
      request,
      vaults.map(({ value }) => vaultShape(site, value)),
    )
  },
})
