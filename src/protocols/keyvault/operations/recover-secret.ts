import { recoverSecret } from '#domain/secrets/recover-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfDeletedSecret } from '#protocols/keyvault/params.ts'
import { currentSecretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const recoverSecretOperation = vaultOperation({
  name: 'SecretRecover',
  method: 'POST',
  path: '/deletedsecrets/{name}/recover',
  permissions: ['secret.recover'],
  scope: scopeOfSecret,
  resource: urlOfDeletedSecret,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const secret = await recoverSecret(context, call, { permit: permit('secret.recover'), vault: site.vault.value, name: params.name })
    return json(200, currentSecretBundle({ site, request }, secret))
  },
})
