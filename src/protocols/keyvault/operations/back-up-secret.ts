import { backUpSecret } from '#domain/secrets/back-up-secret.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfSecret } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const backUpSecretOperation = vaultOperation({
  name: 'SecretBackup',
  method: 'POST',
  path: '/secrets/{name}/backup',
  permissions: ['secret.backUp'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const blob = await backUpSecret(context, call, { permit: permit('secret.backUp'), vault: site.vault.value, name: params.name })
    return json(200, { value: toBase64url(blob) })
  },
})
