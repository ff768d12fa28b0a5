import { compartmentOfGuid } from '#domain/instance.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { deletedVaultShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const listDeletedVaults = armOperation({
  name: 'DeletedVaultList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/deletedVaults',
  permissions: ['vault.listDeleted'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.KeyVault/deletedVaults`,
  async handle(context, call, { site, params, request }) {
    const deleted = context.deletedVaults.all(call, compartmentOfGuid(params.subscriptionId))
    return armList(site, request, deleted.map(deletedVaultShape))
  },
})
