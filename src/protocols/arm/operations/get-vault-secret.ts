import { parentVault } from '#domain/resources/set-vault.ts'
import { describeSecret } from '#domain/secrets/get-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { vaultSecretShape } from '#protocols/arm/secret-shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { atVaultSecret, ofVaultSecret, vaultSecretId, vaultSecretPath } from '#protocols/arm/vault-secret-path.ts'

export const getVaultSecret = armOperation({
  name: 'VaultSecretGet',
  method: 'GET',
  path: vaultSecretPath,
  permissions: ['vault.readSecret'],
  params: ofVaultSecret,
  query: anyQuery,
  body: { none: true },
  scope: atVaultSecret,
  resource: vaultSecretId,
  async handle(context, call, { site, params, permit }) {
    const { value: vault } = await parentVault(context, call, params)
    const secret = await describeSecret(context, call, { permit: permit('vault.readSecret'), vault, name: params.secret })
    return json(200, vaultSecretShape(site, { vault, secret }))
  },
})
