import { deletedVaultNamed, deletedVaultScope, purgeVault as purge } from '#domain/resources/delete-vault.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { acceptedAnswer, finishedOperation } from '#protocols/arm/answers.ts'
import { deletedVaultId, deletedVaultPath, ofDeletedVault } from '#protocols/arm/deleted-vault-path.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** The purge is done when this answers; 202 with `Location` is what clients wait for (terraform-and-clients.md 3.4). */
export const purgeVault = armOperation({
  name: 'VaultPurge',
  method: 'POST',
  path: `${deletedVaultPath}/purge`,
  permissions: ['vault.purge'],
  params: ofDeletedVault,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => deletedVaultScope(params),
  resource: ({ params }) => deletedVaultId(params),
  async handle(context, call, { site, params, permit, request }) {
    const deleted = await deletedVaultNamed(context, call, params)
    await purge(context, call, { permit: permit('vault.purge'), deleted })
    return acceptedAnswer(site, {
      subscriptionId: params.subscriptionId,
      provider: 'Microsoft.KeyVault',
      location: params.location,
      id: finishedOperation(site, call.at),
      apiVersion: apiVersionOf(request),
    })
  },
})
