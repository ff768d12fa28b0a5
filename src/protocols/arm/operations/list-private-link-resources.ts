import { parentVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, ofVault } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What of a vault a private endpoint can lead to: all of it, as one group. */
export const listPrivateLinkResources = armOperation({
  name: 'VaultPrivateLinkResourceList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/privateLinkResources',
  permissions: ['privateLink.read'],
  params: ofVault,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => `${vaultArmId(params)}/privateLinkResources`,
  async handle(context, call, { params }) {
    const { value } = await parentVault(context, call, params)
    return json(200, {
      value: [
        {
          id: `${value.id}/privateLinkResources/vault`,
          name: 'vault',
          type: 'Microsoft.KeyVault/vaults/privateLinkResources',
          properties: { groupId: 'vault', requiredMembers: ['default'], requiredZoneNames: ['privatelink.vaultcore.azure.net'] },
        },
      ],
    })
  },
})
