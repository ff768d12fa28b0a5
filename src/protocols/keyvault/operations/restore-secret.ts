import { restoreSecret } from '#domain/secrets/restore-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { restoreBody } from '#protocols/keyvault/bodies.ts'
import { restoreBytesMax } from '#protocols/keyvault/limits.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { currentSecretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const restoreSecretOperation = vaultOperation({
  name: 'SecretRestore',
  method: 'POST',
  path: '/secrets/restore',
  permissions: ['secret.restore'],
  // The name is inside the blob: the vault is asked for.
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { json: restoreBody, maximumBytes: restoreBytesMax },
  async handle(context, call, { site, body, permit, request }) {
    const secret = await restoreSecret(context, call, { permit: permit('secret.restore'), vault: site.vault.value, blob: body.value })
    return json(200, currentSecretBundle({ site, request }, secret))
  },
})
