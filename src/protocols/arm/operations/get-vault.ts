import { vaultArmId, vaultNamed, vaultScope } from '#domain/resources/set-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, ofVault } from '#protocols/arm/params.ts'
import { shownVault } from '#protocols/arm/network-shapes.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getVault = armOperation({
  name: 'VaultGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}',
  permissions: ['vault.read'],
  params: ofVault,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => vaultArmId(params),
  async handle(context, call, { site, params }) {
    const vault = await vaultNamed(context, call, params)
    return json(200, shownVault({ context, call, site }, vault), etagOf(vault))
  },
})
