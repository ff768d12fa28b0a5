import { getKey } from '#domain/keys/get-key.ts'
import { parentVault } from '#domain/resources/set-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { vaultKeyShape } from '#protocols/arm/key-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { atVaultKey, ofVaultKey, ofVaultKeyVersion, vaultKeyId, vaultKeyPath } from '#protocols/arm/vault-key-path.ts'

export const getVaultKey = armOperation({
  name: 'VaultKeyGet',
  method: 'GET',
  path: vaultKeyPath,
  permissions: ['vault.readKey'],
  params: ofVaultKey,
  query: anyQuery,
  body: { none: true },
  scope: atVaultKey,
  resource: vaultKeyId,
  async handle(context, call, { site, params, permit }) {
    const { value: vault } = await parentVault(context, call, params)
    const reference = { vault, name: params.key, version: 'current' }
    const { key } = await getKey(context, call, { permit: permit('vault.readKey'), reference })
    return json(200, vaultKeyShape(site, { vault, key }))
  },
})

export const getVaultKeyVersion = armOperation({
  name: 'VaultKeyVersionGet',
  method: 'GET',
  path: `${vaultKeyPath}/versions/{keyVersion}`,
  permissions: ['vault.readKeyVersion'],
  params: ofVaultKeyVersion,
  query: anyQuery,
  body: { none: true },
  scope: atVaultKey,
  resource: ({ params }) => `${vaultKeyId({ params })}/versions/${params.keyVersion}`,
  async handle(context, call, { site, params, permit }) {
    const { value: vault } = await parentVault(context, call, params)
    const reference = { vault, name: params.key, version: params.keyVersion }
    const shown = await getKey(context, call, { permit: permit('vault.readKeyVersion'), reference })
    return json(200, vaultKeyShape(site, { vault, ...shown }))
  },
})
