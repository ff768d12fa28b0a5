import { listKeys, listVersions } from '#domain/keys/list-keys.ts'
import { vaultArmId, parentVault, vaultScope } from '#domain/resources/set-vault.ts'
import { vaultKeyShape } from '#protocols/arm/key-shapes.ts'
import { listQuery, pageAnswer, pageAsked } from '#protocols/arm/lists.ts'
import { ofVault } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { atVaultKey, ofVaultKey, vaultKeyId, vaultKeyPath } from '#protocols/arm/vault-key-path.ts'

export const listVaultKeys = armOperation({
  name: 'VaultKeyList',
  method: 'GET',
  path: vaultKeyPath.replace('/{key}', ''),
  permissions: ['vault.readKey'],
  params: ofVault,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => `${vaultArmId(params)}/keys`,
  async handle(context, call, { site, params, permit, request }) {
    const { value: vault } = await parentVault(context, call, params)
    const { after, limit } = pageAsked({ site, request })
    const listed = await listKeys(context, call, { permit: permit('vault.readKey'), vault, state: 'live', after: Number(after), limit })
    const value = listed.items.map(key => vaultKeyShape(site, { vault, key }))
    return pageAnswer({ site, request }, { value, last: listed.next?.toString() })
  },
})

export const listVaultKeyVersions = armOperation({
  name: 'VaultKeyVersionList',
  method: 'GET',
  path: `${vaultKeyPath}/versions`,
  permissions: ['vault.readKeyVersion'],
  params: ofVaultKey,
  query: listQuery,
  body: { none: true },
  scope: atVaultKey,
  resource: ({ params }) => `${vaultKeyId({ params })}/versions`,
  async handle(context, call, { site, params, permit, request }) {
    const { value: vault } = await parentVault(context, call, params)
    const { after, limit } = pageAsked({ site, request })
    const asked = { permit: permit('vault.readKeyVersion'), vault, name: params.key, after: Number(after), limit }
    const listed = await listVersions(context, call, asked)
    const value = listed.items.map(shown => vaultKeyShape(site, { vault, ...shown }))
    return pageAnswer({ site, request }, { value, last: listed.next?.toString() })
  },
})
