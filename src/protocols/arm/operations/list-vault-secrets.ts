import { vaultArmId, parentVault, vaultScope } from '#domain/resources/set-vault.ts'
import { listSecrets } from '#domain/secrets/list-secrets.ts'
import { listQuery, pageAnswer, pageAsked } from '#protocols/arm/lists.ts'
import { ofVault } from '#protocols/arm/params.ts'
import { vaultSecretShape } from '#protocols/arm/secret-shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { vaultSecretPath } from '#protocols/arm/vault-secret-path.ts'

export const listVaultSecrets = armOperation({
  name: 'VaultSecretList',
  method: 'GET',
  path: vaultSecretPath.replace('/{secret}', ''),
  permissions: ['vault.readSecret'],
  params: ofVault,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => `${vaultArmId(params)}/secrets`,
  async handle(context, call, { site, params, permit, request }) {
    const { value: vault } = await parentVault(context, call, params)
    const { after, limit } = pageAsked({ site, request })
    const listed = await listSecrets(context, call, {
      permit: permit('vault.readSecret'),
      vault,
      state: 'live',
      after: Number(after),
      limit,
    })
    const value = listed.items.map(secret => vaultSecretShape(site, { vault, secret }))
    return pageAnswer({ site, request }, { value, last: listed.next?.toString() })
  },
})
