import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { inGroup, inSubscription } from '#protocols/arm/params.ts'
import { shownVault } from '#protocols/arm/network-shapes.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Those of the subscription that the caller may read. */
export const listVaults = armOperation({
  name: 'VaultList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/vaults',
  permissions: 'authenticated',
  linked: ['vault.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.KeyVault/vaults`,
  async handle(context, call, { site, params, permit, request }) {
    const reading = { ask: permit, permission: 'vault.read', on: subscriptionScope(params.subscriptionId) } as const
    const vaults = context.vaults.all(call, compartmentOfGuid(params.subscriptionId), readableIn(context, call, reading))
    return armList(
      site,
      request,
      vaults.map(one => shownVault({ context, call, site }, one)),
    )
  },
})

export const listGroupVaults = armOperation({
  name: 'VaultListInGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults',
  permissions: 'authenticated',
  linked: ['vault.read'],
  params: inGroup,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `${groupArmId(params.subscriptionId, params.group)}/providers/Microsoft.KeyVault/vaults`,
  async handle(context, call, { site, params, permit, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    const readable = readableIn(context, call, { ask: permit, permission: 'vault.read', on })
    await groupNamed(context, call, params)
    const vaults = context.vaults.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(
      site,
      request,
      vaults.map(one => shownVault({ context, call, site }, one)),
    )
  },
})
